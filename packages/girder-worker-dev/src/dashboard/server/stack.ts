import type {
  ApplyOptions,
  OrphanScan,
  QueueAdmin,
  ResultStore,
  System,
  TaskScan,
} from 'girder-worker/internal/operations';
import type { HistoryFollower } from './historyFollower.ts';
import type { TaskLog } from './taskLog.ts';
import type { TaskWindow } from './taskWindow.ts';

/** What the dashboard knows of a stack, and does with it. */
export interface DashboardStack {
  readonly names: {
    readonly broker: string;
    readonly backend: string;
    /** The table of the history. */
    readonly history: string;
    readonly region: string;
  };
  /** Celery's names of the queues that are shown. */
  readonly queues: readonly string[];
  readonly store: Pick<ResultStore, 'read' | 'forget' | 'revoke' | 'readGroup' | 'countedMembers'>;
  readonly taskScan: Pick<TaskScan, 'find' | 'list'>;
  readonly orphanScan: OrphanScan;
  readonly queueAdmin: Pick<QueueAdmin, 'status' | 'processDeadLetters'>;
  /** Resolves to the age of a queue's oldest message in seconds; null where that is not known. Never rejects. */
  readonly oldestSeconds: (sqsName: string) => Promise<number | null>;
  /** Sends a task to a queue, and resolves to its id. */
  readonly send: (
    task: string,
    args: readonly unknown[],
    kwargs: object,
    queue: string,
    options?: Omit<ApplyOptions, 'kwargs' | 'queue'>,
  ) => Promise<string>;
  readonly taskLog: TaskLog;
  readonly window: TaskWindow;
  readonly follower: HistoryFollower;
  readonly system: Pick<System, 'now'>;
  /** Returns what failed in one line, and what to do about it. */
  readonly describeError: (error: unknown) => string;
  /** Whether the dashboard may change anything. */
  readonly hasActions: boolean;
}
