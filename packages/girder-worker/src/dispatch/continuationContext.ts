import { isBuiltin } from '../canvas/continuations/builtinTasks.ts';
import type { ContinuationContext } from '../canvas/continuations/continuations.ts';
import type { Message } from '../message/message.ts';
import { lookUp, type Registry } from '../registry/registry.ts';

/**
 * What the registry tells of the tasks that follow a message. Where nobody names a queue, what follows goes to the one
 * that its message came from: a client that has another default queue than `celery` has said so by using it.
 */
export function contextFor(message: Message, registry: Registry, nowMs: number): ContinuationContext {
  const defaultQueue = registry.settings.taskDefaultQueue ?? (message.deliveryInfo.routingKey || 'celery');
  return {
    nowMs,
    replyTo: message.replyTo ?? undefined,
    optionsOf(task) {
      if (isBuiltin(task)) return { queue: defaultQueue, ignoreResult: false };
      const {
        queue = defaultQueue,
        priority,
        expires,
        timeLimit,
        softTimeLimit,
        ignoreResult,
      } = lookUp(registry, task)?.options ?? {};
      return defined({ queue, priority, expires, timeLimit, softTimeLimit, ignoreResult });
    },
    takesFailure(task, bound = 0) {
      const parameters = lookUp(registry, task)?.parameters;
      return parameters !== undefined && (parameters.positional.length - bound > 1 || parameters.rest !== undefined);
    },
  };
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function defined<T extends object>(options: T): Partial<Defined<T>> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<Defined<T>>;
}
