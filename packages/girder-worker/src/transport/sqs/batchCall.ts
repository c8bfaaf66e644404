import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs';
import { exponentialBackoff } from '../../system/backoff.ts';
import type { System } from '../../system/system.ts';

/** SQS's limit of entries per request. */
export const maxEntries = 10;

/** SQS's limit of a request, of the sizes of all its messages. */
export const maxBatchBytes = 1024 * 1024;

/** How often an entry is sent that SQS could not take, and the delays in between. */
const maxAttempts = 5;
const retryDelayMs = { first: 100, max: 2000 };

/** An entry of a request that SQS has refused. `name` is SQS's code of the error. */
export class BatchEntryError extends Error {
  override readonly name: string;

  constructor({ Code = 'BatchEntryError', Message = Code }: BatchResultErrorEntry) {
    super(Message);
    this.name = Code;
  }
}

/**
 * Makes a request with several entries, and sends again those that SQS could not take for a reason that may pass. Resolves to the error
 * of each entry that was refused, undefined for the others, in the order of the entries. Rejects if the request was refused.
 */
export async function callWithEntries<Entry extends object>(
  entries: readonly Entry[],
  call: (entries: (Entry & { Id: string })[]) => Promise<{ readonly Failed?: BatchResultErrorEntry[] | undefined }>,
  system: Pick<System, 'sleep' | 'random'>,
): Promise<readonly (BatchEntryError | undefined)[]> {
  const errors: (BatchEntryError | undefined)[] = entries.map(() => undefined);
  let left = entries.map((entry, index) => ({ ...entry, Id: String(index) }));
  for (let attempt = 1; ; attempt++) {
    const { Failed = [] } = await call(left);
    for (const failed of Failed) errors[Number(failed.Id)] = new BatchEntryError(failed);
    const again = new Set(Failed.filter(({ SenderFault }) => !SenderFault).map(({ Id }) => Id));
    left = left.filter(({ Id }) => again.has(Id));
    if (left.length === 0 || attempt === maxAttempts) return errors;
    await system.sleep(system.random() * exponentialBackoff(attempt, retryDelayMs));
    for (const { Id } of left) errors[Number(Id)] = undefined;
  }
}
