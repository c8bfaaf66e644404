import type { Outcome } from '../outcome/outcome.ts';
import type { LogLevel } from '../task/task.ts';

/** What the pool says to a thread. A thread has at most one run at a time. */
export type ToThread =
  /** `body` is the SQS body: the thread decodes it, so that no value has to cross. `cell` is a CancellationFlag's. */
  | { readonly kind: 'run'; readonly body: string; readonly cell: SharedArrayBuffer }
  /** Wakes a task that waits for `this.signal`; one that computes reads the flag. */
  | { readonly kind: 'cancel' };

/** What a thread says to the pool. */
export type FromThread =
  | { readonly kind: 'ready' }
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly text: string };
