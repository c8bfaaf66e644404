import type { Registry } from '../registry/registry.ts';
import type { ResultStore } from '../store/resultStore.ts';
import type { TaskScan } from '../store/taskScan.ts';
import type { QueueAdmin } from '../transport/queueAdmin.ts';

/** What remote control works with: the table, the queues and the registry, and no worker. */
export interface ControlDeps {
  /** The name that it answers to (`aws/nodeName.ts`). */
  readonly node: string;
  readonly store: Pick<ResultStore, 'revoke'>;
  readonly census: TaskScan;
  readonly queues: Pick<QueueAdmin, 'status'>;
  /** Celery names of the queues that the worker takes its messages from. */
  readonly queueNames: readonly string[];
  /** Undefined for a client, which does not know what is deployed. */
  readonly registry: Registry | undefined;
  /** Celery's URLs, fit to be shown. */
  readonly urls: { readonly broker: string; readonly backend: string };
  /** The process that runs the tasks; undefined where that is a function, whose environments come and go. */
  readonly worker?: ControlledWorker;
  /** Told where an answer is not the whole truth. */
  readonly warn: (text: string) => void;
}

/** A long-running worker, as far as it can be commanded. */
export interface ControlledWorker {
  /** Tasks at once. */
  readonly concurrency: number;
  /** Begins a warm shutdown. */
  shutDown(): void;
}
