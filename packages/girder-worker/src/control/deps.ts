import type { Registry } from '../registry/registry.ts';
import type { ResultStore } from '../store/resultStore.ts';
import type { TaskScan } from '../store/taskScan.ts';
import type { QueueAdmin } from '../transport/queueAdmin.ts';

/** What remote control uses: the table, the queues and the registry. It needs no running worker. */
export interface ControlDeps {
  /** The node name under which commands are executed and answered. */
  readonly node: string;
  readonly store: Pick<ResultStore, 'revoke' | 'revokeStamp'>;
  readonly taskScan: TaskScan;
  readonly queues: Pick<QueueAdmin, 'status'>;
  /** Celery's names of the queues from which tasks are taken, at least one. */
  readonly queueNames: readonly string[];
  /** Undefined in a client, which does not know the deployed tasks. */
  readonly registry: Registry | undefined;
  /** Celery's URLs without their passwords. */
  readonly urls: { readonly broker: string; readonly backend: string };
  /** The worker process; undefined in a Lambda function, whose environments come and go. */
  readonly worker?: ControlledWorker;
  /** Called if a reply may be incomplete. */
  readonly warn: (text: string) => void;
}

/** The commands that only a long-running worker supports. */
export interface ControlledWorker {
  /** The number of tasks that run at the same time. */
  readonly concurrency: number;
  /** Begins a warm shutdown. */
  shutDown(): void;
}
