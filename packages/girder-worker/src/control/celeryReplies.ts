import { saferepr } from '../kombu/repr/saferepr.ts';
import type { Registry } from '../registry/registry.ts';
import type { TaskOptions } from '../task/options.ts';
import type { TaskInfo } from '../task/remoteControl.ts';

/** What Celery's clients expect in the replies, and the TypeScript ones do not. Names become Python's on the wire. */

/**
 * A task as `active` tells it: all keys that Celery's `Request.info` has, null for what the table does not know. A message
 * is acknowledged when its task has ended, not before.
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

/** Where queues are concerned, Celery tells of exchanges, too: on SQS each has the name of its queue. */
export function queueReply(name: string): Record<string, unknown> {
  return { name, exchange: { name, type: 'direct' }, routingKey: name, durable: true };
}

/**
 * Each task with these of its options, as in `add [max_retries=3]`; without the options that it does not set.
 * `items` are names in camelCase.
 */
export function registeredReply({ tasks }: Registry, items: readonly string[]): string[] {
  return Object.entries(tasks)
    .map(([name, { options }]) => [name, optionTexts(options, items)] as const)
    .map(([name, texts]) => (texts.length === 0 ? name : `${name} [${texts.join(' ')}]`));
}

function optionTexts(options: TaskOptions, items: readonly string[]): string[] {
  return items.flatMap((item) => {
    const name = item.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const value: unknown = Object.hasOwn(options, name) ? options[name as keyof TaskOptions] : undefined;
    if (value == null) return [];
    return [`${item}=${typeof value === 'string' ? value : saferepr(value)}`];
  });
}

/** Python's `str()` of a set of ids. */
export function setRepr(ids: Iterable<string>): string {
  const texts = [...ids].map((id) => saferepr(id));
  return texts.length === 0 ? 'set()' : `{${texts.join(', ')}}`;
}
