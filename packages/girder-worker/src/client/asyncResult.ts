import { setTimeout as sleep } from 'node:timers/promises';
import { leavesOf, valuesOf } from '../canvas/apply/resultTuple.ts';
import type { ResultStore, ResultTuple, StoredResult } from '../store/resultStore.ts';
import type { AnyResult, AsyncResult, GetOptions, GroupResult } from '../task/client.ts';
import type { Control } from '../task/remoteControl.ts';
import { toError } from './remoteError.ts';

/** The first pauses between two looks; they grow to `intervalMs`. */
const firstPauseMs = 25;
const defaultIntervalMs = 500;

/** Where results are looked up, and how tasks are revoked. */
export interface ResultBackend {
  store(): Promise<ResultStore>;
  readonly control: Pick<Control, 'revoke'>;
}

/** The handle on a result, of a task or of a group, and on what came before it. */
export function handleOf(result: ResultTuple, door: ResultBackend): AnyResult {
  const [[id, parentTuple], members] = result;
  const parent = parentTuple && handleOf(parentTuple, door);
  return members === null ? createAsyncResult(id, door, parent) : createGroupResult(result, door, parent);
}

export function createAsyncResult(
  id: string,
  door: ResultBackend,
  parent: AnyResult | null = null,
): AsyncResult<unknown> {
  const { store } = door;
  const read = async () => (await store()).read(id);

  return {
    id,
    parent,
    async get(options) {
      const stored = await waitFor<StoredResult>(options, async () => {
        const now = await read();
        return now && isReady(now) ? now : { waitingFor: `Task ${id}`, state: now?.state ?? 'PENDING' };
      });
      const value = valueIn(stored);
      if (value instanceof Error) throw value;
      return value;
    },
    async state() {
      return (await read())?.state ?? 'PENDING';
    },
    async ready() {
      return isReady(await read());
    },
    async result() {
      const stored = await read();
      return stored && isReady(stored) ? valueIn(stored) : undefined;
    },
    async children() {
      return ((await read())?.children ?? []).map((child) => handleOf(child, door));
    },
    revoke: (options) => door.control.revoke(id, options),
    async forget() {
      await (await store()).forget(id);
    },
  };
}

function createGroupResult(group: ResultTuple, door: ResultBackend, parent: AnyResult | null): GroupResult {
  const { store } = door;
  const [[id], members] = group;
  const ids = leavesOf(group);
  const readAll = async () => (await store()).readMany(ids);

  return {
    id,
    parent,
    results: (members ?? []).map((member) => handleOf(member, door)),
    async get(options) {
      const stored = await waitFor<ReadonlyMap<string, StoredResult>>(options, async () => {
        const now = await readAll();
        const pending = ids.filter((member) => !isReady(now.get(member)));
        const failed = ids
          .map((member) => now.get(member))
          .find((result) => isReady(result) && result?.state !== 'SUCCESS');
        if (failed) throw toError(failed);
        return pending.length === 0
          ? now
          : { waitingFor: `Task ${pending[0]} of group ${id}`, state: now.get(pending[0]!)?.state ?? 'PENDING' };
      });
      return valuesOf(group, (member) => stored.get(member)?.result) as readonly unknown[];
    },
    async ready() {
      const now = await readAll();
      return ids.every((member) => isReady(now.get(member)));
    },
    async completedCount() {
      return [...(await readAll()).values()].filter(({ state }) => state === 'SUCCESS').length;
    },
    async save() {
      await (await store()).saveGroup(id, group);
    },
    revoke: (options) => door.control.revoke(ids, options),
    async forget() {
      const backend = await store();
      await Promise.all([backend.forgetGroup(id), ...ids.map((member) => backend.forget(member))]);
    },
  };
}

interface Waiting {
  readonly waitingFor: string;
  readonly state: string;
}

async function waitFor<T extends object>(
  options: GetOptions | undefined,
  look: () => Promise<T | Waiting>,
): Promise<T> {
  const { timeoutMs = Number.POSITIVE_INFINITY, intervalMs = defaultIntervalMs } = options ?? {};
  const deadline = Date.now() + timeoutMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, intervalMs)) {
    const seen = await look();
    if (!('waitingFor' in seen)) return seen;
    const leftMs = deadline - Date.now();
    if (leftMs <= 0) throw timeout(seen, timeoutMs);
    await sleep(Math.min(pauseMs, leftMs));
  }
}

function timeout({ waitingFor, state }: Waiting, timeoutMs: number): Error {
  const text = `${waitingFor} has not ended within ${timeoutMs} ms; its state is ${state}. Is a worker running on its queue?`;
  return Object.assign(new Error(text), { name: 'TimeoutError' });
}

/** Celery's READY_STATES. */
function isReady(stored: StoredResult | undefined): boolean {
  return stored?.state === 'SUCCESS' || stored?.state === 'FAILURE' || stored?.state === 'REVOKED';
}

function valueIn(stored: StoredResult): unknown {
  return stored.state === 'SUCCESS' ? stored.result : toError(stored);
}
