import { isDeepStrictEqual } from 'node:util';
import type { ResultStore, StoredResult } from '../../packages/girder-worker/src/store/resultStore.ts';
import type { ExpectedResult } from './canvasLoad.ts';
import { waitFor } from './waitFor.ts';

const finalStates = new Set(['SUCCESS', 'FAILURE', 'REVOKED']);

/** The most results that one poll reads, so that the emulators have time for the workers. */
const pollSize = 200;

export interface FinalResultsOptions {
  readonly timeoutMs: number;
  /** Called when the number of results that are not final has changed. */
  readonly onProgress?: (left: number) => void;
  readonly intervalMs?: number;
}

/**
 * Waits until all these results are final. Resolves to a line for each that is not as expected. Rejects with an Error with those that
 * are not final after the timeout.
 */
export async function unexpectedResults(
  store: Pick<ResultStore, 'readMany'>,
  expected: readonly ExpectedResult[],
  { timeoutMs, onProgress = () => undefined, intervalMs = 250 }: FinalResultsOptions,
): Promise<string[]> {
  const wrong: string[] = [];
  let left = [...expected];
  await waitFor(
    async () => {
      const polled = left.slice(0, pollSize);
      const results = await store.readMany(polled.map(({ id }) => id));
      const ended = new Set<ExpectedResult>();
      for (const one of polled) {
        const found = results.get(one.id);
        if (!found || !finalStates.has(found.state)) continue;
        ended.add(one);
        if (!isAsExpected(found, one))
          wrong.push(`${one.what} ${one.id}: ${found.state} ${JSON.stringify(found.exception ?? found.result)}`);
      }
      left = [...left.slice(pollSize), ...polled.filter((one) => !ended.has(one))];
      if (ended.size > 0) onProgress(left.length);
      return left.length === 0 ? true : undefined;
    },
    () => {
      const lines = left.slice(0, 10).map(({ what, id }) => `${what} ${id}`);
      return `${left.length} of ${expected.length} results are not final:\n${lines.join('\n')}`;
    },
    { timeoutMs, intervalMs },
  );
  return wrong;
}

function isAsExpected(found: StoredResult, { state, value }: ExpectedResult): boolean {
  if (found.state !== state) return false;
  if (state === 'SUCCESS') return isDeepStrictEqual(found.result, value);
  return found.exception?.args[0] === value;
}
