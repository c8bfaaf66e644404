import { isBuiltin } from '../canvas/continuations/builtinTasks.ts';
import type { ContinuationContext } from '../canvas/continuations/continuations.ts';
import type { Message } from '../message/message.ts';
import { queueNameOf } from '../message/queueNameOf.ts';
import { lookUp, type Registry, type RegistryEntry } from '../registry/registry.ts';

/** The options of one run: the sender's if the message has them, else the task's, else the app's. */
export interface RunOptions {
  /** The task stores no result: clients see PENDING. */
  readonly ignoreResult: boolean;
  /** Clients see STARTED while the task runs. */
  readonly trackStarted: boolean;
  /** After this time the task is terminated. Undefined: no limit of its own. */
  readonly hardMs: number | undefined;
  /** After this time the task is asked to stop. Undefined: no limit of its own. */
  readonly softMs: number | undefined;
  /** The message is deleted before the task runs (`acksLate: false`): the task runs at most once. */
  readonly acksEarly: boolean;
}

/** A time limit of 0 is no limit, as in Celery. */
export function resolveRunOptions(
  { ignoreResult, timelimit }: Pick<Message, 'ignoreResult' | 'timelimit'>,
  entry: RegistryEntry | undefined,
  { settings }: Pick<Registry, 'settings'>,
): RunOptions {
  const options = entry?.options ?? {};
  const hardSeconds = timelimit.hardSeconds || options.timeLimit || settings.taskTimeLimit || undefined;
  const softSeconds = timelimit.softSeconds || options.softTimeLimit || settings.taskSoftTimeLimit || undefined;
  return {
    ignoreResult: ignoreResult ?? options.ignoreResult ?? settings.taskIgnoreResult ?? false,
    trackStarted: options.trackStarted ?? settings.taskTrackStarted ?? false,
    hardMs: hardSeconds && hardSeconds * 1000,
    softMs: softSeconds && softSeconds * 1000,
    acksEarly: options.acksLate === false,
  };
}

/**
 * What the canvas needs to know about the tasks that follow a message. A task without a queue of its own goes to the
 * app's default queue or, if no plugin has set one, to the queue of the message: a client whose default queue is not
 * `celery` has named it by using it.
 */
export function continuationContext(message: Message, registry: Registry, nowMs: number): ContinuationContext {
  const defaultQueue = registry.settings.taskDefaultQueue ?? queueNameOf(message);
  return {
    nowMs,
    replyTo: message.replyTo ?? undefined,
    optionsOf(task) {
      if (isBuiltin(task)) return { queue: defaultQueue, ignoreResult: false };
      const options = lookUp(registry, task)?.options ?? {};
      const { queue = defaultQueue, priority, expires, timeLimit, softTimeLimit, ignoreResult } = options;
      return withoutUndefined({ queue, priority, expires, timeLimit, softTimeLimit, ignoreResult });
    },
    takesFailure(task, bound = 0) {
      const parameters = lookUp(registry, task)?.parameters;
      return parameters !== undefined && (parameters.positional.length - bound > 1 || parameters.rest !== undefined);
    },
  };
}

type WithoutUndefined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(options: T): WithoutUndefined<T> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as WithoutUndefined<T>;
}
