import { setTimeout as sleep } from 'node:timers/promises';
import type { ResultStore, StoredResult } from '../store/resultStore.ts';
import type { AsyncResult } from '../task/client.ts';
import { toError } from './remoteError.ts';

/** The first pauses between two looks; they grow to `intervalMs`. */
const firstPauseMs = 25;

interface ResultDoor {
  store(): Promise<ResultStore>;
  revoke(id: string): Promise<void>;
}

export function createAsyncResult(id: string, { store, revoke }: ResultDoor): AsyncResult<unknown> {
  const read = async () => (await store()).read(id);

  return {
    id,
    async get({ timeoutMs = Number.POSITIVE_INFINITY, intervalMs = 500 } = {}) {
      const deadline = Date.now() + timeoutMs;
      for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, intervalMs)) {
        const stored = await read();
        if (stored && isReady(stored)) {
          const value = endOf(stored);
          if (value instanceof Error) throw value;
          return value;
        }
        const leftMs = deadline - Date.now();
        if (leftMs <= 0) throw timeout(id, timeoutMs, stored?.state ?? 'PENDING');
        await sleep(Math.min(pauseMs, leftMs));
      }
    },
    async state() {
      return (await read())?.state ?? 'PENDING';
    },
    async result() {
      const stored = await read();
      return stored && isReady(stored) ? endOf(stored) : undefined;
    },
    revoke: () => revoke(id),
    async forget() {
      await (await store()).forget(id);
    },
  };
}

/** Celery's READY_STATES. */
function isReady({ state }: StoredResult): boolean {
  return state === 'SUCCESS' || state === 'FAILURE' || state === 'REVOKED';
}

function endOf(stored: StoredResult): unknown {
  return stored.state === 'SUCCESS' ? stored.result : toError(stored);
}

function timeout(id: string, timeoutMs: number, state: string): Error {
  const error = new Error(
    `Task ${id} has not ended within ${timeoutMs} ms; its state is ${state}. Is a worker running on its queue?`,
  );
  error.name = 'TimeoutError';
  return error;
}
