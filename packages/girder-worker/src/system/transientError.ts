/**
 * Whether an error is a fault of the network or of AWS that may pass: no answer, or the answer of a service that is busy or
 * broken. A wrong name or a missing permission does not pass.
 */
export function isTransientError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, $metadata, $retryable } = error as Partial<SystemAndSdkError>;
  if (typeof code === 'string' && /^E[A-Z_]+$/.test(code)) return true;
  if (error.name === 'TimeoutError' || throttling.test(error.name)) return true;
  return $retryable !== undefined || ($metadata?.httpStatusCode ?? 0) >= 500;
}

/** The names of the errors by which DynamoDB and SQS throttle a client. */
const throttling = /Throttl|RequestLimitExceeded|ProvisionedThroughputExceeded|TransactionInProgress/;

/** The fields of Node's network errors and of the AWS SDK's errors, beside the message. */
interface SystemAndSdkError {
  readonly code: unknown;
  readonly $metadata: { readonly httpStatusCode?: number };
  readonly $retryable: unknown;
}
