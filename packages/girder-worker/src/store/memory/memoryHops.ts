import type { System } from '../../system/system.ts';
import type { Hop, HopStore } from '../hopStore.ts';
import { hopLastsMs } from '../limits.ts';

interface TakenHop extends Hop {
  readonly takenMs: number;
}

/** The hops of messages that wait, in this process. */
export function createMemoryHops(system: Pick<System, 'now'>): HopStore {
  const hops = new Map<string, TakenHop>();
  return {
    async takeHop(hop) {
      const last = hops.get(hop.message);
      const isMine = last?.number === hop.number && last.owner === hop.owner;
      if (last && last.number >= hop.number && !isMine && last.takenMs >= system.now() - hopLastsMs) {
        if (last.number > hop.number) return { kind: 'passed' };
        return { kind: 'takenElsewhere', freeInMs: last.takenMs + hopLastsMs + 1 - system.now() };
      }
      hops.set(hop.message, { ...hop, takenMs: system.now() });
      return { kind: 'taken' };
    },
  };
}
