import { toCamelCase } from '../kombu/caseNames.ts';
import { saferepr } from '../kombu/repr/saferepr.ts';
import type { Registry } from '../registry/registry.ts';
import type { TaskInfo } from '../task/client/remoteControl.ts';
import type { TaskOptions } from '../task/options.ts';

// What only Celery's clients expect in replies. `encodeReply` converts the names from camelCase to snake_case.

/**
 * A task in the reply of `active`: all keys of Celery's `Request.info`, null if the table does not have the value. A running
 * task is not acknowledged, because messages are acknowledged after their task has ended.
 */
export function taskReply(task: TaskInfo, queueNames: readonly string[]): Record<string, unknown> {
  const { id, name, hostname, workerPid, timeStart } = task;
  const [queue, ...others] = queueNames;
  const routingKey = others.length === 0 ? queue : null;
  return {
    ...{ id, name, args: null, kwargs: null, type: name, hostname, timeStart, acknowledged: false },
    deliveryInfo: { exchange: '', routingKey, priority: null, redelivered: null },
    workerPid,
  };
}

/** A queue in the reply of `active_queues`. On SQS, its exchange and its routing key have its name. */
export function queueReply(name: string): Record<string, unknown> {
  return { name, exchange: { name, type: 'direct' }, routingKey: name, durable: true };
}

/**
 * The reply of `registered`: each task with those of the options `items` that it sets, as in `add [max_retries=3]`. `items`
 * are names in snake_case.
 */
export function registeredReply({ tasks }: Registry, items: readonly string[]): string[] {
  return Object.entries(tasks)
    .map(([name, { options }]) => [name, optionTexts(options, items)] as const)
    .map(([name, texts]) => (texts.length === 0 ? name : `${name} [${texts.join(' ')}]`));
}

function optionTexts(options: TaskOptions, items: readonly string[]): string[] {
  return items.flatMap((item) => {
    const name = toCamelCase(item);
    const value: unknown = Object.hasOwn(options, name) ? options[name as keyof TaskOptions] : undefined;
    if (value == null) return [];
    return [`${item}=${typeof value === 'string' ? value : saferepr(value)}`];
  });
}

/** Python's `str()` of a set of strings. */
export function setRepr(ids: Iterable<string>): string {
  const texts = [...ids].map((id) => saferepr(id));
  return texts.length === 0 ? 'set()' : `{${texts.join(', ')}}`;
}
