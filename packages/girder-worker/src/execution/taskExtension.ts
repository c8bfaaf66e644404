import type { Message } from '../message/message.ts';
import type { BeforePublish } from '../task/current.ts';
import type { Task } from '../task/task.ts';
import type { RunRuntime } from './runRuntime.ts';

/** The arguments of a call, before they are bound to the parameters of the task. */
export interface CallArguments {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** What an extension does for one run. */
export interface ExtendedRun {
  /** Added to the `this` of the task. */
  readonly members: Partial<Task>;
  /** Prepares the messages that the task sends. */
  readonly beforePublish?: BeforePublish | undefined;
  /** Calls the task, with these or other arguments, and returns its result or another one. */
  call(given: CallArguments, call: (given: CallArguments) => Promise<unknown>): Promise<unknown>;
  /** Called when the task has ended, however it did, before its outcome is reported. Must not reject. */
  end(): Promise<void>;
}

/**
 * Adds to the runs of some tasks: other arguments, another result, more on `this`. Celery's counterpart is a task base class
 * with `__call__`.
 */
export interface TaskExtension {
  /** Called for every run. Returns undefined, at once, where the message asks for nothing of this extension. */
  extend(message: Message, runtime: RunRuntime): Promise<ExtendedRun> | undefined;
}
