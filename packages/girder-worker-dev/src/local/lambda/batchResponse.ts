/** An invalid response, which fails the whole batch, or the ids of the messages that failed. */
export type BatchResult = { readonly invalid: string } | { readonly failed: ReadonlySet<string> };

/**
 * Reads a partial batch response (`ReportBatchItemFailures`) as Lambda does. No response, no list and an empty list mean
 * that all messages succeeded. A response that is malformed, or names a message outside the batch, fails the whole batch.
 */
export function readBatchResponse(response: unknown, messageIds: readonly string[]): BatchResult {
  if (response === null || response === undefined) return { failed: new Set() };
  if (typeof response !== 'object' || Array.isArray(response))
    return { invalid: `The response must be an object, got ${show(response)}` };
  const { batchItemFailures = null } = response as { batchItemFailures?: unknown };
  if (batchItemFailures === null) return { failed: new Set() };
  if (!Array.isArray(batchItemFailures))
    return { invalid: `batchItemFailures must be a list, got ${show(batchItemFailures)}` };

  const failed = new Set<string>();
  for (const failure of batchItemFailures) {
    const id: unknown = failure?.itemIdentifier;
    if (typeof id !== 'string' || id === '')
      return { invalid: `A batch item failure has no itemIdentifier: ${show(failure)}` };
    if (!messageIds.includes(id)) return { invalid: `No message of the batch has the itemIdentifier "${id}"` };
    failed.add(id);
  }
  return { failed };
}

function show(value: unknown): string {
  return JSON.stringify(value).slice(0, 200);
}
