import { createInspect, queueReply, taskReply, withPythonNames } from 'girder-worker/internal/operations';
import type { DashboardStack } from '../server/stack.ts';
import { Seconds } from './flowerJson.ts';

/** What Flower tells of a worker: the replies to Celery's `inspect`. */
export interface FlowerWorker {
  readonly registered: readonly string[];
  readonly stats: unknown;
  readonly active_queues: unknown;
  readonly conf: unknown;
  /** Only for one worker, on request. */
  readonly active?: unknown;
  readonly scheduled?: unknown;
  readonly reserved?: unknown;
  readonly revoked?: unknown;
  readonly timestamp: Seconds;
}

/** What a worker has done, as the history tells it. */
interface Work {
  readonly queues: Set<string>;
  /** How many runs each task had. */
  readonly total: Map<string, number>;
}

/** Returns the workers that the history names, by the names of their nodes: functions, whose environments come and go, and long-running workers. */
export function workersIn({ window }: Pick<DashboardStack, 'window'>): ReadonlyMap<string, Work> {
  const workers = new Map<string, Work>();
  for (const { runs } of window.all())
    for (const { worker, queue, task } of runs) {
      const work = workers.get(worker) ?? { queues: new Set(), total: new Map() };
      workers.set(worker, work);
      work.queues.add(queue);
      work.total.set(task, (work.total.get(task) ?? 0) + 1);
    }
  return new Map([...workers].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Resolves to what Flower tells of a worker. `withTasks` reads its tasks, too, which scans the result table three times. As in Flower, this is done for one worker only.
 */
export async function flowerWorker(
  stack: DashboardStack,
  name: string,
  { queues, total }: Work,
  withTasks: boolean,
): Promise<FlowerWorker> {
  const queueNames = [...queues].sort();
  const inspect = createInspect({
    ...{ taskScan: stack.taskScan, queues: stack.queueAdmin, queueNames, registry: undefined },
    urls: stack.names,
    warn: () => undefined,
  });
  const info = {
    registered: [...total.keys()].sort(),
    stats: { ...(await inspect.stats()), pool: { implementation: 'girder-worker' }, prefetchCount: 0, total },
    activeQueues: queueNames.map(queueReply),
    conf: await inspect.conf(),
    ...(withTasks && (await tasksOf(inspect, name, queueNames))),
  };
  return { ...(withPythonNames(info) as Omit<FlowerWorker, 'timestamp'>), timestamp: new Seconds(stack.system.now()) };
}

async function tasksOf(inspect: ReturnType<typeof createInspect>, name: string, queueNames: readonly string[]) {
  const [active, scheduled, revoked] = await Promise.all([inspect.active(), inspect.scheduled(), inspect.revoked()]);
  return {
    active: active.filter(({ hostname }) => hostname === name).map((task) => taskReply(task, queueNames)),
    // The table does not tell which worker a task waits for, because any may take it.
    scheduled: scheduled.map(({ eta, request }) => ({ eta, priority: 6, request: taskReply(request, queueNames) })),
    reserved: [], // A task starts as soon as its message is received.
    revoked,
  };
}
