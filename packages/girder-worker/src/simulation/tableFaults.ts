import type { System } from '../system/system.ts';
import type { FaultSource } from './faultSource.ts';
import type { TableFaults } from './simulatedTable.ts';

const throttledMs = { least: 1000, most: 20_000 };

/** Returns the faults of single items. */
export function createTableFaults({ now }: Pick<System, 'now'>, faults: FaultSource): TableFaults {
  const throttledUntilMs = new Map<string, number>();
  return {
    isStale: (key) => faults.draw('staleRead', key) !== undefined,
    isUnprocessed: (key) => faults.draw('unprocessedKey', key) !== undefined,

    isThrottled(key) {
      const fault = faults.draw('hotKey', key);
      if (fault) throttledUntilMs.set(key, now() + fault.between(throttledMs.least, throttledMs.most));
      const untilMs = throttledUntilMs.get(key);
      if (untilMs === undefined) return false;
      if (untilMs <= now()) throttledUntilMs.delete(key);
      return untilMs > now();
    },

    statementFails(key) {
      const fault = faults.draw('statementError', key);
      return fault && (fault.between(0, 1) < 0.5 ? 'before' : 'after');
    },
  };
}
