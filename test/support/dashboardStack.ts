import type { History } from '../../packages/girder-worker/src/history/history.ts';
import { createMemoryHistory } from '../../packages/girder-worker/src/history/memory/memoryHistory.ts';
import { createMemoryStore } from '../../packages/girder-worker/src/store/memory/memoryStore.ts';
import type { ResultStore } from '../../packages/girder-worker/src/store/resultStore.ts';
import { createVirtualSystem, type VirtualSystem } from '../../packages/girder-worker/src/system/virtualSystem.ts';
import { createHistoryFollower } from '../../packages/girder-worker-dev/src/dashboard/server/historyFollower.ts';
import type { DashboardStack } from '../../packages/girder-worker-dev/src/dashboard/server/stack.ts';
import { createTaskWindow } from '../../packages/girder-worker-dev/src/dashboard/server/taskWindow.ts';

/** A stack in memory, in virtual time, whose queue is empty. */
export interface MemoryStack extends DashboardStack {
  readonly history: History;
  readonly store: ResultStore;
  readonly system: VirtualSystem;
  /** The tasks that were sent. */
  readonly sent: Parameters<DashboardStack['send']>[];
}

const emptyQueue = { name: 'celery', ready: 0, inFlight: 0, delayed: 0 };

export function createMemoryStack(changes: Partial<DashboardStack> & { readonly maxTasks?: number } = {}): MemoryStack {
  const { maxTasks = 1000, ...others } = changes;
  const system = createVirtualSystem();
  const history = createMemoryHistory(system);
  const window = createTaskWindow(maxTasks);
  const describeError = (error: unknown) => (error as Error).message;
  const sent: Parameters<DashboardStack['send']>[] = [];
  return {
    names: { broker: 'sqs://', backend: 'dynamodb:///celery', history: 'celery-history', region: 'us-east-1' },
    queues: ['celery'],
    taskScan: { find: async () => [], list: async () => ({ tasks: [], isComplete: true }) },
    orphanScan: { list: async () => ({ orphans: [], isComplete: true }) },
    queueAdmin: {
      status: async () => ({ ...emptyQueue, deadLetters: null }),
      processDeadLetters: async () => ({ keep: 0, redrive: 0, drop: 0, refused: new Map() }),
    },
    oldestSeconds: async () => null,
    taskLog: { linesOf: async () => null },
    async send(...task) {
      sent.push(task);
      return 'new-id';
    },
    follower: createHistoryFollower({ history, window, windowMs: 24 * 3600 * 1000, system, describeError }),
    hasActions: true,
    ...others,
    ...{ window, history, system, sent, describeError },
    store: createMemoryStore({ system }),
  };
}
