import { taskIdsOf, valuesOf } from '../canvas/apply/resultTuple.ts';
import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import type { ResultStore, ResultTuple, StoredResult } from '../store/resultStore.ts';
import { exponentialBackoff } from '../system/backoff.ts';
import type { System } from '../system/system.ts';
import type { AnyResult, AsyncResult, GetOptions, GroupResult } from '../task/client/client.ts';
import type { Control } from '../task/client/remoteControl.ts';
import { toError } from './remoteError.ts';

/** The delay after the first poll. It doubles after each poll, up to the option `intervalMs`. */
const firstIntervalMs = 25;
const defaultIntervalMs = 500;

/** Where handles read results, and how they revoke tasks. */
export interface ResultBackend {
  store(): Promise<ResultStore>;
  readonly control: Pick<Control, 'revoke'>;
  readonly system: Pick<System, 'now' | 'sleep'>;
}

/** A handle on the result of a task or of a group, and on its parents. */
export function handleOf(result: ResultTuple, backend: ResultBackend): AnyResult {
  return result[1] === null
    ? createAsyncResult(result[0][0], backend, result[0][1])
    : createGroupResult(result, backend);
}

export function createAsyncResult(
  id: string,
  backend: ResultBackend,
  parentTuple: ResultTuple | null = null,
): AsyncResult<unknown> {
  const { store, control, system } = backend;
  const parent = parentTuple && handleOf(parentTuple, backend);
  const read = async () => (await store()).read(id);

  return {
    id,
    parent,
    async get(options) {
      const readAll = readerOf([id], parentTuple, backend, options);
      const stored = await poll<StoredResult>(system, options, async () => {
        const { results, earlier } = await readAll();
        const result = results.get(id);
        if (result && isReady(result)) return result;
        throwFailureIn(earlier);
        return { waitingFor: `Task ${id}`, state: result?.state ?? 'PENDING' };
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
    async info() {
      const stored = await read();
      return stored && isReady(stored) ? valueIn(stored) : stored?.result;
    },
    async result() {
      const stored = await read();
      return stored && isReady(stored) ? valueIn(stored) : undefined;
    },
    async children() {
      return ((await read())?.children ?? []).map((child) => handleOf(child, backend));
    },
    revoke: (options) => control.revoke(id, options),
    async forget() {
      await (await store()).forget(id);
    },
    toJSON: () => [[id, parent?.toJSON() ?? null], null],
  };
}

function createGroupResult(group: ResultTuple, backend: ResultBackend): GroupResult {
  const { store, control, system } = backend;
  const [[id, parentTuple], members] = group;
  const parent = parentTuple && handleOf(parentTuple, backend);
  const ids = taskIdsOf(group);
  const readAll = async () => (await store()).readMany(ids);

  return {
    id,
    parent,
    results: (members ?? []).map((member) => handleOf(member, backend)),
    async get(options) {
      const readMembers = readerOf(ids, parentTuple, backend, options);
      const stored = await poll<ReadonlyMap<string, StoredResult>>(system, options, async () => {
        const { results, earlier } = await readMembers();
        throwFailureIn(ids.map((member) => results.get(member)));
        const firstPending = ids.find((member) => !isReady(results.get(member)));
        if (firstPending === undefined) return results;
        throwFailureIn(earlier);
        const state = results.get(firstPending)?.state ?? 'PENDING';
        return { waitingFor: `Task ${firstPending} of group ${id}`, state };
      });
      return valuesOf(group, (member) => stored.get(member)?.result) as readonly unknown[];
    },
    async ready() {
      const results = await readAll();
      return ids.every((member) => isReady(results.get(member)));
    },
    async completedCount() {
      return [...(await readAll()).values()].filter(({ state }) => state === 'SUCCESS').length;
    },
    async save() {
      await (await store()).saveGroup(id, group);
    },
    revoke: (options) => control.revoke(ids, options),
    async forget() {
      const table = await store();
      await Promise.all([table.forgetGroup(id), ...ids.map((member) => table.forget(member))]);
    },
    toJSON: () => [[id, parent?.toJSON() ?? null], members],
  };
}

/** What one poll reads. */
interface Reading {
  readonly results: ReadonlyMap<string, StoredResult>;
  /** The results of the steps before, from the first to the last. */
  readonly earlier: readonly (StoredResult | undefined)[];
}

/**
 * Returns a function that reads tasks and all steps before them. A step that was revoked, has expired or has failed never
 * lets these tasks run, and not every worker stores that for them. Passes each state that it has not seen to `onMessage`.
 */
function readerOf(
  ids: readonly string[],
  parent: ResultTuple | null,
  { store }: ResultBackend,
  { onMessage }: GetOptions = {},
): () => Promise<Reading> {
  const earlierIds = parent === null ? [] : idsUpTo(parent);
  const seen = new Map<string, string>();
  return async () => {
    const results = await (await store()).readMany([...ids, ...earlierIds]);
    if (onMessage) {
      for (const taskId of ids) {
        const { state = 'PENDING', result = null } = results.get(taskId) ?? {};
        const content = isReady(results.get(taskId)) ? state : `${state} ${stringifyPythonJson(result)}`;
        if (content === (seen.get(taskId) ?? 'PENDING null')) continue;
        seen.set(taskId, content);
        onMessage({ taskId, state, result });
      }
    }
    return { results, earlier: earlierIds.map((id) => results.get(id)) };
  };
}

/** The tasks of a result and of all results before it, the earliest first. */
function idsUpTo(result: ResultTuple): readonly string[] {
  const [[, parent]] = result;
  return [...(parent === null ? [] : idsUpTo(parent)), ...taskIdsOf(result)];
}

/** Throws the error of the first of these tasks that was revoked or has failed. */
function throwFailureIn(results: readonly (StoredResult | undefined)[]): void {
  const failed = results.find((result) => isReady(result) && result?.state !== 'SUCCESS');
  if (failed) throw toError(failed);
}

interface Pending {
  /** The task that is not ready, for the error text. */
  readonly waitingFor: string;
  readonly state: string;
}

/** Reads until the result is there. Rejects with an Error named TimeoutError after `timeoutMs`; it reads at least once. */
async function poll<T extends object>(
  system: ResultBackend['system'],
  { timeoutMs = Number.POSITIVE_INFINITY, intervalMs = defaultIntervalMs }: GetOptions = {},
  read: () => Promise<T | Pending>,
): Promise<T> {
  const deadline = system.now() + timeoutMs;
  for (let attempt = 1; ; attempt++) {
    const result = await read();
    if (!('waitingFor' in result)) return result;
    const remainingMs = deadline - system.now();
    if (remainingMs <= 0) throw timeoutError(result, timeoutMs);
    const delayMs = exponentialBackoff(attempt, { first: firstIntervalMs, max: intervalMs });
    await system.sleep(Math.min(delayMs, remainingMs));
  }
}

function timeoutError({ waitingFor, state }: Pending, timeoutMs: number): Error {
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
