import { type ApplyOptions, revokeTasks, type StoredResult } from 'girder-worker/internal/operations';
import { nodeSystem } from 'girder-worker/internal/system';
import type { DashboardStack } from '../server/stack.ts';
import type { TaskEntry } from '../server/taskEntry.ts';
import { FlowerError } from './flowerError.ts';
import { type FlowerTask, runningTask, taskOfHistory, taskOfTable, withStored } from './flowerTask.ts';
import { type FlowerWorker, flowerWorker, workersIn } from './flowerWorkers.ts';

/** The options of `POST /api/task/send-task/NAME` that are supported. */
export type FlowerOptions = Pick<
  ApplyOptions,
  'queue' | 'countdown' | 'eta' | 'expires' | 'taskId' | 'priority' | 'timeLimit' | 'softTimeLimit' | 'ignoreResult'
>;

/** What Flower's routes read, and do. Methods reject with a FlowerError for a request that cannot be answered. */
export interface FlowerSource {
  /** Whether the dashboard may change anything. */
  readonly hasActions: boolean;
  /** Resolves to the tasks of the history whose runs have ended, without what only the result table knows. */
  tasks(): Promise<readonly FlowerTask[]>;
  /** Resolves to the names of tasks that have run, also those that another task has replaced since. */
  taskNames(): Promise<readonly string[]>;
  /** Adds results and tracebacks, if there are not more tasks than `maxStored`. */
  withResults(tasks: readonly FlowerTask[]): Promise<readonly FlowerTask[]>;
  /** Resolves to undefined if neither history nor result table know the task. */
  task(id: string): Promise<FlowerTask | undefined>;
  /** Resolves to the stored result; undefined if there is none. With `waitMs`, waits so long for the end of the task. */
  result(id: string, waitMs: number, signal: AbortSignal): Promise<StoredResult | undefined>;
  workerNames(): Promise<readonly string[]>;
  /** Resolves to undefined if the history does not name the worker. */
  worker(name: string, withTasks: boolean): Promise<FlowerWorker | undefined>;
  queueLengths(): Promise<readonly { readonly name: string; readonly messages: number }[]>;
  revoke(id: string, terminate: boolean): Promise<void>;
  /** Resolves to the id of the task. */
  send(task: string, args: readonly unknown[], kwargs: object, options: FlowerOptions): Promise<string>;
}

/** States after which a task does not run again. */
export const finalStates: readonly string[] = ['SUCCESS', 'FAILURE', 'REVOKED'];

/** The most tasks of an answer whose results are read: half a read unit or more for each. */
export const maxStored = 1000;

/** Between two readings of a result that a client waits for. */
const resultPeriodMs = 500;

/** Requests to the table at the same time. */
const concurrency = 16;

/** Returns the source that reads the history and the result table of a stack. */
export function createFlowerSource(stack: DashboardStack): FlowerSource {
  const { store, taskScan, window, system, queueAdmin, queues } = stack;

  const fresh = async (): Promise<void> => {
    const { state, fault } = await stack.follower.current();
    if (state === 'off' || state === 'failing') throw new FlowerError(503, fault ?? 'The history cannot be read');
  };

  /** A result that Python has stored in a form that cannot be read is left out: it must not hide the other tasks of a list. */
  const readIfReadable = (id: string): Promise<StoredResult | undefined> =>
    store.read(id).catch((error: Error) => {
      if (error.name === 'UnreadableResultError') return undefined;
      throw error;
    });

  return {
    hasActions: stack.hasActions,

    async tasks() {
      await fresh();
      const entries = window.all();
      const children = childrenIn(entries);
      return entries.map((entry) => taskOfHistory(entry, children.get(entry.row.id) ?? []));
    },

    async taskNames() {
      await fresh();
      const names = window.all().flatMap(({ runs }) => runs.map(({ task }) => task));
      return [...new Set(names)].sort();
    },

    async withResults(tasks) {
      if (tasks.length > maxStored) return tasks;
      const stored = new Map<string, StoredResult | undefined>();
      const ids = tasks.map(({ uuid }) => uuid).values();
      const readAll = async () => {
        for (const id of ids) stored.set(id, await readIfReadable(id));
      };
      await Promise.all(Array.from({ length: concurrency }, readAll));
      return tasks.map((task) => withStored(task, stored.get(task.uuid)));
    },

    async task(id) {
      await fresh();
      const entry = window.get(id);
      const [stored, [summary]] = await Promise.all([readIfReadable(id), taskScan.find([id])]);
      const children = entry && childrenIn(window.canvas(id)).get(id);
      const known = entry ? taskOfHistory(entry, children ?? []) : stored && taskOfTable(id, stored);
      if (summary?.phase === 'active') return runningTask(known, summary);
      return known && withStored(known, stored);
    },

    async result(id, waitMs, signal) {
      const untilMs = system.now() + waitMs;
      let stored = await store.read(id);
      while (!finalStates.includes(stored?.state ?? 'PENDING') && system.now() < untilMs && !signal.aborted) {
        await nodeSystem.sleep(Math.min(resultPeriodMs, untilMs - system.now()), signal);
        stored = await store.read(id);
      }
      return stored;
    },

    async workerNames() {
      await fresh();
      return [...workersIn(stack).keys()];
    },

    async worker(name, withTasks) {
      await fresh();
      const work = workersIn(stack).get(name);
      return work && flowerWorker(stack, name, work, withTasks);
    },

    queueLengths: () =>
      Promise.all(queues.map(async (name) => ({ name, messages: (await queueAdmin.status(name)).ready }))),

    async revoke(id, terminate) {
      await revokeTasks({ store }, [id], terminate);
    },

    send: (task, args, kwargs, { queue = queues[0]!, ...options }) => stack.send(task, args, kwargs, queue, options),
  };
}

/** Returns the ids of the tasks that each task has sent. */
function childrenIn(entries: readonly TaskEntry[]): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>();
  for (const { row } of entries) {
    const siblings = children.get(row.parentId ?? '');
    if (siblings) siblings.push(row.id);
    else children.set(row.parentId ?? '', [row.id]);
  }
  return children;
}
