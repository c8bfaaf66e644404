import type { TaskList, TaskSummary } from '../store/taskScan.ts';
import type { Inspect, TaskInfo } from '../task/client/remoteControl.ts';
import { defaultSettings } from '../task/config.ts';
import type { ControlDeps } from './deps.ts';

/** What `inspect` reads. */
export type InspectDeps = Omit<ControlDeps, 'node' | 'store' | 'worker'>;

/** Returns Celery's `inspect` over queue and table, for Python clients (`controlNode.ts`), TypeScript clients, the CLI and the dashboard. */
export function createInspect({ taskScan, queues, queueNames, registry, urls, warn }: InspectDeps): Inspect {
  const list = async (which: 'active' | 'scheduled' | 'revoked'): Promise<TaskList['tasks']> => {
    const { tasks, isComplete } = await taskScan.list(which);
    if (!isComplete)
      warn(
        `Only a part of the table was read, as it is too large: there may be more ${which} tasks than these ${tasks.length}.`,
      );
    return tasks;
  };

  return {
    active: async () => (await list('active')).map(infoOf),
    scheduled: async () =>
      (await list('scheduled')).map((task) => ({
        eta: task.dueMs === null ? null : new Date(task.dueMs).toISOString(),
        request: infoOf(task),
      })),
    revoked: async () => (await list('revoked')).map(({ id }) => id),

    async queryTask(...ids) {
      return new Map((await taskScan.find(ids)).map((task) => [task.id, [task.phase, infoOf(task)]] as const));
    },

    async registered() {
      if (!registry)
        throw new Error(
          'A client does not know the deployed tasks: run `girder-worker inspect registered` in the folder of the deployment, whose registry lists them.',
        );
      return Object.keys(registry.tasks);
    },

    async stats() {
      return {
        broker: { transport: 'sqs', url: urls.broker },
        queues: await Promise.all(queueNames.map(queues.status)),
      };
    },

    async conf({ withDefaults = false } = {}) {
      const own = { ...registry?.settings, brokerUrl: urls.broker, resultBackend: urls.backend };
      return withDefaults ? { ...defaultSettings, ...own } : own;
    },
  };
}

function infoOf({ id, task, worker, startedMs, state, request }: TaskSummary): TaskInfo {
  return {
    id,
    name: task,
    hostname: worker?.hostname ?? null,
    workerPid: worker?.pid ?? null,
    timeStart: startedMs === null ? null : startedMs / 1000,
    args: (request?.args ?? null) as TaskInfo['args'],
    kwargs: (request?.kwargs ?? null) as TaskInfo['kwargs'],
    acknowledged: request?.acknowledged ?? false,
    deliveryInfo: request?.deliveryInfo ?? null,
    state,
  };
}
