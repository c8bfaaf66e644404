import type { Outcome } from '../outcome/outcome.ts';
import type { LogLevel } from '../task/task.ts';

/** What a thread is started with. */
export interface ThreadData {
  /** Of the CancellationFlag of whatever run it has. */
  readonly cell: SharedArrayBuffer;
}

/** What the pool says to a thread. A thread has at most one run at a time. */
export type ToThread =
  /** `body` is the SQS body: the thread decodes it, so that no value has to cross. */
  | { readonly kind: 'run'; readonly body: string; readonly calls?: MapCall | undefined }
  /** The flag has changed: wakes a task that waits for `this.signal`; one that computes reads the flag. */
  | { readonly kind: 'stop' }
  /** A state was stored, or why it was not. */
  | { readonly kind: 'stateStored'; readonly ticket: number; readonly error?: string };

/** Instead of the message's task, call this one in place, once for each list of arguments (Celery's `map`). */
export interface MapCall {
  readonly task: string;
  /** JSON text of a list of lists. */
  readonly argumentListsJson: string;
}

/** What a thread says to the pool. */
export type FromThread =
  | { readonly kind: 'ready' }
  /** The thread is about to end, and why. */
  | { readonly kind: 'dying'; readonly reason: string }
  /** Something that concerns no task of now. */
  | { readonly kind: 'stray'; readonly text: string }
  | { readonly kind: 'ended'; readonly ending: RunResult }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly text: string }
  /** The task stores a state of its own, and waits for the answer with this ticket. */
  | { readonly kind: 'state'; readonly ticket: number; readonly state: string; readonly metaJson: string };

/** How a run ended. */
export interface RunResult {
  readonly outcome: Outcome;
  /** The tasks that it sent meanwhile, in Celery's tuples, as the JSON text of a list. */
  readonly childrenJson: string;
}
