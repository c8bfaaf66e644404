import type { System } from '../../system/system.ts';
import type { History, StoredRuns } from '../history.ts';
import { packRecords, unpackRecords } from '../packRecords.ts';

/** A history in memory, with the limits of the one in DynamoDB. */
export function createMemoryHistory(system: Pick<System, 'now'>): History {
  const writes: StoredRuns[] = [];
  return {
    async append(records) {
      const stored = unpackRecords(packRecords(records));
      writes.unshift({ key: String(writes.length), appendedMs: system.now(), records: stored });
    },
    async *read({ fromMs, toMs }) {
      yield writes.filter(({ appendedMs }) => appendedMs >= fromMs && appendedMs <= toMs);
    },
  };
}
