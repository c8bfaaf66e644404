import type { Log } from '../events/log.ts';
import type { ResultStore, Revocation } from '../store/resultStore.ts';

export interface RevocationPollerOptions {
  readonly store: Pick<ResultStore, 'findRevocations'>;
  readonly log: Log;
  /** Between two looks; a revocation is seen half of it later on average. */
  readonly periodMs: number;
}

/** Looks after running tasks: one read per period for all of them together, and none while nothing runs. */
export interface RevocationPoller {
  /**
   * Tells, at every look, how the task is found revoked, by its own id or one of its marks, until the function is called
   * that this gives: a task that was asked to stop may be terminated later.
   */
  watch(ids: readonly string[], onRevoked: (revocation: Revocation) => void): () => void;
  /** Resolves when no look is under way, within a second: none is to be frozen with the function. */
  settled(): Promise<void>;
}

/** A look without an answer for so long is given up, as what it asked may have been lost while the function was frozen. */
const longestLookMs = 1000;

interface Watched {
  readonly ids: readonly string[];
  readonly onRevoked: (revocation: Revocation) => void;
}

export function createRevocationPoller({ store, log, periodMs }: RevocationPollerOptions): RevocationPoller {
  const all = new Set<Watched>();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;

  const look = async () => {
    try {
      const revoked = await answered(store.findRevocations([...new Set([...all].flatMap(({ ids }) => ids))]));
      for (const { ids, onRevoked } of all) {
        const found = strongest(ids.map((id) => revoked.get(id)));
        if (found) onRevoked(found);
      }
    } catch (error) {
      log.warn(`Cannot ask for revocations, will try again: ${error}`);
    }
    looking = undefined;
    schedule();
  };
  const schedule = () => {
    if (all.size === 0 || looking !== undefined) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      looking = look();
    }, periodMs);
  };

  return {
    watch(ids, onRevoked) {
      const watched = { ids, onRevoked };
      all.add(watched);
      schedule();
      return () => {
        all.delete(watched);
        if (all.size > 0) return;
        clearTimeout(timer);
        timer = undefined;
      };
    },
    settled: async () => looking,
  };
}

async function answered<T>(asked: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${longestLookMs} ms.`)), longestLookMs);
  });
  try {
    return await Promise.race([asked, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

export function strongest(revocations: readonly (Revocation | undefined)[]): Revocation | undefined {
  return revocations.includes('terminated') ? 'terminated' : revocations.find((revocation) => revocation);
}
