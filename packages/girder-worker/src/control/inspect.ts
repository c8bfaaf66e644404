import type { TaskList, TaskSummary } from '../store/taskScan.ts';
import { defaultSettings } from '../task/config.ts';
import type { Inspect, TaskInfo } from '../task/remoteControl.ts';
import type { ControlDeps } from './deps.ts';

/** Looks at queue and table for whoever asks: a Python client by way of `control.ts`, the TypeScript client, the CLI. */
export function createInspect({ census, queues, queueNames, registry, urls, warn }: ControlDeps): Inspect {
  const list = async (which: 'active' | 'scheduled' | 'revoked'): Promise<TaskList['tasks']> => {
    const { tasks, isComplete } = await census.list(which);
    if (!isComplete)
      warn(
        `The table is too large to be read as a whole: there may be more ${which} tasks than these ${tasks.length}.`,
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
      return new Map((await census.find(ids)).map((task) => [task.id, [task.phase, infoOf(task)]] as const));
    },

    async registered() {
      if (!registry)
        throw new Error(
          'Which tasks are deployed only the registry tells: `girder-worker inspect registered` reads it.',
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

export function infoOf({ id, task, worker, startedMs, state }: TaskSummary): TaskInfo {
  return {
    id,
    name: task,
    hostname: worker?.hostname ?? null,
    workerPid: worker?.pid ?? null,
    timeStart: startedMs === null ? null : startedMs / 1000,
    state,
  };
}
