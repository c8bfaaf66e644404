/** What a request to AWS returned: a value, or why there is none. */
export type Answer<T> =
  | { readonly kind: 'value'; readonly value: T }
  /** The resource does not exist. */
  | { readonly kind: 'missing' }
  /** The caller has no permission, or an emulator does not have this API. `reason` is a sentence for the report. */
  | { readonly kind: 'unavailable'; readonly reason: string };

const missing = /^(?:ResourceNotFoundException|QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue)$/;
const denied = /^(?:AccessDenied|AuthorizationError|UnauthorizedOperation)/;

/**
 * Waits for a request. Rejects with errors that are no answer about the stack: of the network, of credentials, of AWS itself.
 *
 * @param action the IAM action of the request, such as `lambda:GetFunctionConfiguration`
 * @param emulator the endpoint of an emulator that may lack this API; its other errors are taken for that
 */
export async function answerOf<T>(action: string, request: Promise<T>, emulator?: string): Promise<Answer<T>> {
  try {
    return { kind: 'value', value: await request };
  } catch (error) {
    const { name, message, code } = error as Error & { readonly code?: string };
    if (missing.test(name)) return { kind: 'missing' };
    if (denied.test(name)) return { kind: 'unavailable', reason: `The permission ${action} is missing.` };
    if (emulator === undefined) throw error;
    const why = (message || code || name).split('\n', 1)[0]!.slice(0, 100);
    return { kind: 'unavailable', reason: `${emulator} does not answer ${action} (${why}).` };
  }
}

/** Passes the value of an answer on to the next request; an answer without a value stays as it is. */
export async function andThen<T, U>(answer: Answer<T>, next: (value: T) => Promise<Answer<U>>): Promise<Answer<U>> {
  return answer.kind === 'value' ? next(answer.value) : answer;
}
