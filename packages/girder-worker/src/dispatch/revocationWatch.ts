import type { ResultStore } from '../store/resultStore.ts';
import type { Log } from './log.ts';

export interface RevocationWatchOptions {
  readonly store: Pick<ResultStore, 'revokedAmong'>;
  readonly log: Log;
  /** Between two looks; a revocation is seen half of it later on average. @default 250 */
  readonly periodMs?: number;
}

/** Looks after running tasks: one read per period for all of them together, and none while nothing runs. */
export interface RevocationWatch {
  /** Calls `onRevoked`, once, when the task is found revoked; gives the function that ends the watch. */
  watch(id: string, onRevoked: () => void): () => void;
}

export function createRevocationWatch({ store, log, periodMs = 250 }: RevocationWatchOptions): RevocationWatch {
  const watched = new Map<string, () => void>();
  let timer: NodeJS.Timeout | undefined;

  const look = async () => {
    try {
      for (const id of await store.revokedAmong([...watched.keys()])) {
        watched.get(id)?.();
        watched.delete(id);
      }
    } catch (error) {
      log.warn(`Cannot ask for revocations, will try again: ${error}`);
    }
    timer = undefined;
    schedule();
  };
  const schedule = () => {
    if (watched.size > 0) timer ??= setTimeout(look, periodMs);
  };

  return {
    watch(id, onRevoked) {
      watched.set(id, onRevoked);
      schedule();
      return () => {
        watched.delete(id);
        if (watched.size > 0) return;
        clearTimeout(timer);
        timer = undefined;
      };
    },
  };
}
