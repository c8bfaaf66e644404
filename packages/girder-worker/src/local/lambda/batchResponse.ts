/** What becomes of a batch: all of its messages failed because of the response, or the named ones did. */
export type BatchResult = { readonly invalid: string } | { readonly failed: ReadonlySet<string> };

/**
 * Reads a partial batch response (`ReportBatchItemFailures`) as Lambda does: no response, no list and an empty list
 * mean success; anything else that does not name messages of the batch fails the whole of it.
 */
export function readBatchResponse(response: unknown, messageIds: readonly string[]): BatchResult {
  if (response === null || response === undefined) return { failed: new Set() };
  if (typeof response !== 'object' || Array.isArray(response))
    return { invalid: `The response is not an object: ${show(response)}` };
  const { batchItemFailures = null } = response as { batchItemFailures?: unknown };
  if (batchItemFailures === null) return { failed: new Set() };
  if (!Array.isArray(batchItemFailures))
    return { invalid: `batchItemFailures is not a list: ${show(batchItemFailures)}` };

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
