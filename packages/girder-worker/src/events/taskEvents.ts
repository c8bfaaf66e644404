import type { Message } from '../message/message.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { RegistryEntry } from '../registry/registry.ts';
import type { LogLevel } from '../task/task.ts';
import type { LogFields } from './log.ts';

/** The run that an event is about. The same object is passed with every event of a run. */
export interface RunInfo {
  readonly message: Message;
  /** Undefined for a task that is not registered, and for Celery's own tasks. */
  readonly entry: RegistryEntry | undefined;
  readonly delivery: {
    readonly queueArn: string;
    /** How often SQS has delivered the message, this time included. */
    readonly receiveCount: number;
    /** The size of the message's body. */
    readonly sizeBytes: number;
    /** When SQS got the message, in ms since 1970; undefined if that is not known. */
    readonly sentMs?: number | undefined;
  };
  /** The fields of log lines about the run: `task`, `id`, `retries`, `queue`, `requestId` and `worker`. */
  readonly logFields: LogFields;
}

/** The progress of a task, from the meta of a state such as PROGRESS: `{ current: 3, total: 10, message: 'resizing' }`. */
export interface TaskProgress {
  readonly current: number | undefined;
  readonly total: number | undefined;
  readonly message: string | undefined;
}

type Handled = void | Promise<void>;

/**
 * A listener for the lives of tasks: log lines, metrics, traces, the job record of another system. Every method is
 * optional, may be asynchronous, and may fail: a failure is logged and never fails the task.
 *
 * For one run, a listener receives the events in their order, each after it has handled the previous one. The message is
 * acknowledged only when all listeners have handled `ended`, or when their time is over.
 */
export interface TaskEvents {
  /** A message was decoded whose eta has not come: it waits, and is delivered again every 15 minutes until then. `etaMs` is in ms since 1970. The message does not wait for asynchronous listeners. */
  deferred?(run: RunInfo, etaMs: number): Handled;
  /** A message was decoded, and its eta has come. The task is not claimed yet. */
  received?(run: RunInfo): Handled;
  /** A thread has taken the task. */
  started?(run: RunInfo): Handled;
  /** The task has logged a line, or printed it on the console. `data` are the fields that it gave, as plain data. */
  log?(run: RunInfo, level: LogLevel, text: string, data?: LogFields['data']): Handled;
  /** The task has stored a state with `updateState`; `metaJson` is its meta as JSON text. */
  state?(run: RunInfo, state: string, metaJson: string): Handled;
  /** The task has reported its progress: the meta of its state has a `current` or `total`. Follows `state`. */
  progress?(run: RunInfo, progress: TaskProgress): Handled;
  /** The run has ended and its outcome is stored. Also for RETRY, REJECTED and RETURNED, after which the task runs again. */
  ended?(run: RunInfo, outcome: Outcome, runtimeMs: number): Handled;
  /**
   * The run is over, but its outcome was not stored: the store failed, or the claim is gone. The message is delivered again,
   * or another delivery decides.
   */
  abandoned?(run: RunInfo): Handled;
  /** A message of a task that had already ended was delivered again; `state` is the stored state. The task does not run. */
  endedBefore?(run: RunInfo, state: string): Handled;
}

export type TaskEventName = keyof TaskEvents;
