import type { System } from '../system/system.ts';
import type { FaultName } from './faultKinds.ts';
import type { FaultSource } from './faultSource.ts';

export type Service = 'table' | 'queue';

/** Tells which services are away, for all processes. */
export interface Outages {
  isAway(what: Service | 'network'): boolean;
  /** How long DynamoDB was away until now, in ms. */
  tableAwayMs(): number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const kinds: readonly (readonly [what: Service | 'network', fault: FaultName, leastMs: number, mostMs: number])[] = [
  ['network', 'networkOutage', 1000, minuteMs],
  ['queue', 'queueOutage', minuteMs, 15 * minuteMs],
  ['table', 'tableOutage', hourMs, 4 * hourMs],
];

/** Outages that begin at random, at any minute of each hour. */
export function startOutages({ now, startTimer }: System, faults: FaultSource): Outages {
  const until = new Map<Service | 'network', number>();
  const ofTable: { readonly startMs: number; readonly endMs: number }[] = [];
  const draw = () => {
    for (const [what, name, leastMs, mostMs] of kinds) {
      const fault = faults.draw(name, 'all');
      if (!fault) continue;
      const durationMs = fault.between(leastMs, mostMs);
      const begin = () => {
        const startMs = Math.max(now(), until.get(what) ?? 0);
        const endMs = Math.max(now() + durationMs, startMs);
        until.set(what, endMs);
        if (what === 'table') ofTable.push({ startMs, endMs });
      };
      startTimer(begin, fault.between(0, hourMs));
    }
    startTimer(draw, hourMs);
  };
  draw();
  return {
    isAway: (what) => now() < (until.get(what) ?? 0),
    tableAwayMs: () =>
      ofTable.reduce((sum, { startMs, endMs }) => sum + Math.max(0, Math.min(now(), endMs) - startMs), 0),
  };
}
