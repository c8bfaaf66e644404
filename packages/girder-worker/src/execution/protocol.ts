import { workerLost } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { LogLevel } from '../task/task.ts';

/** An error that no code caught: its name and message, and its traceback in Python's form. */
export interface UncaughtError {
  readonly reason: string;
  readonly traceback: string;
}

/** The task that an error came from. */
export interface TaskIdentity {
  readonly task: string;
  readonly id: string;
}

/** The fields that a task gives with a log line, as plain data. */
export type LogData = Readonly<Record<string, unknown>>;

/** The `workerData` of a pool thread. */
export interface ThreadData {
  /** The memory of the CancellationFlag, shared by all runs of the thread. */
  readonly cell: SharedArrayBuffer;
}

/** Messages from the pool to a thread. A thread has at most one run at a time. */
export type ToThread =
  /** `body` is the SQS body: the thread decodes it, so that no argument has to cross threads. */
  | { readonly kind: 'run'; readonly body: string; readonly details: RunDetails }
  /** The flag was set: wakes a task that waits on `this.signal`. A task that computes reads the flag itself. */
  | { readonly kind: 'stop' }
  /** The answer to the request with this ticket: a value, or the text of an error. */
  | { readonly kind: 'answer'; readonly ticket: number; readonly value?: unknown; readonly error?: string };

/** What a run has besides the SQS body. */
export interface RunDetails {
  readonly mapCall?: MapCall | undefined;
  /** SQS has delivered the message before. @default false */
  readonly isRedelivered?: boolean;
  /** The message calls an errback of the new style, with the exception as its second argument. @default false */
  readonly takesException?: boolean | undefined;
}

/** Instead of the message's task, call `task` once for each list of arguments (Celery's `celery.map` and `celery.starmap`). */
export interface MapCall {
  readonly task: string;
  /** JSON text of a list of lists. */
  readonly argumentListsJson: string;
}

/** Messages from a thread to the pool. */
export type FromThread =
  | { readonly kind: 'ready' }
  /** The thread is about to exit. */
  | { readonly kind: 'exiting'; readonly error: UncaughtError }
  /** An uncaught error from a task that had already finished. */
  | { readonly kind: 'lateError'; readonly error: UncaughtError & TaskIdentity }
  | { readonly kind: 'ended'; readonly result: RunResult }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly text: string; readonly data?: LogData }
  /** The task asks the main thread for something, and waits for the answer with this ticket; without a ticket it does not. */
  | { readonly kind: 'request'; readonly ticket?: number; readonly request: TaskRequestToMain };

/** What a task may ask of the main thread, such as to store a state; who handles it is found by its name. */
export interface TaskRequestToMain {
  readonly name: string;
  /** Plain data (what `structuredClone` takes). */
  readonly payload: unknown;
}

/** The payload of the request `updateState`. */
export interface UpdateStatePayload {
  readonly state: string;
  readonly metaJson: string;
}

/** How a run ended. */
export interface RunResult {
  readonly outcome: Outcome;
  /** The tasks that it sent, in Celery's result tuples, as the JSON text of a list. */
  readonly childrenJson: string;
  /** The thread of a terminated run has not exited: a native call goes on. */
  readonly isThreadAlive?: true;
}

/** The result of a run that ended with this outcome, and sent no tasks. */
export function resultOf(outcome: Outcome): RunResult {
  return { outcome, childrenJson: '[]' };
}

/** The result of a run whose thread ended before the task did: FAILURE, WorkerLostError. */
export function threadEnded(why: string, traceback?: string): RunResult {
  return resultOf({ state: 'FAILURE', failure: workerLost(`The task's thread ended (${why}).`, traceback) });
}
