import { toCamelCase } from '../kombu/caseNames.ts';
import { saferepr } from '../kombu/repr/saferepr.ts';
import { ownValue } from '../kombu/values.ts';
import type { Registry } from '../registry/registry.ts';
import type { TaskInfo } from '../task/client/remoteControl.ts';

/** Celery's own tasks, which run here: those of `canvas/continuations/builtinTasks.ts`. */
const builtinNames = ['accumulate', 'chain', 'chord', 'chunks', 'group', 'map', 'starmap'].map(
  (name) => `celery.${name}`,
);

// What only Celery's clients expect in replies. `encodeReply` converts the names from camelCase to snake_case.

/** A task in the reply of `active`: all keys of Celery's `Request.info`, null if the table does not have the value. */
export function taskReply(task: TaskInfo, queueNames: readonly string[]): Record<string, unknown> {
  const { id, name, args, kwargs, hostname, workerPid, timeStart, acknowledged } = task;
  const [queue, ...others] = queueNames;
  const unknownDelivery = {
    ...{ exchange: '', routingKey: others.length === 0 ? queue : null, priority: null, redelivered: null },
  };
  return {
    ...{ id, name, args: asData(args), kwargs: asData(kwargs), type: name, hostname, timeStart, acknowledged },
    deliveryInfo: task.deliveryInfo ?? unknownDelivery,
    workerPid,
  };
}

/** A value whose objects are Maps: their keys are data of the sender, and no names to convert. */
function asData(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asData);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return new Map(Object.entries(value).map(([key, item]) => [key, asData(item)]));
}

/** A queue in the reply of `active_queues`: all keys of Kombu's `Queue.as_dict`. On SQS, its exchange and its routing key have its name. */
export function queueReply(name: string): Record<string, unknown> {
  const exchange = {
    ...{ name, type: 'direct', arguments: null, durable: true, passive: false, autoDelete: false },
    ...{ deliveryMode: null, noDeclare: false },
  };
  return {
    ...{ name, exchange, routingKey: name, alias: null, bindings: [], bindingArguments: null, queueArguments: null },
    ...{ consumerArguments: null, durable: true, exclusive: false, autoDelete: false, noAck: false, noDeclare: null },
    ...{ expires: null, messageTtl: null, maxLength: null, maxLengthBytes: null, maxPriority: null },
  };
}

/**
 * The reply of `registered`, as Celery's `_extract_info`: each task with those of the attributes `items` that are not None,
 * as in `add [name=add max_retries=3]`. `items` are names in snake_case; with `builtins` Celery's own tasks are listed, too.
 */
export function registeredReply({ tasks, settings }: Registry, items: readonly string[], builtins: boolean): string[] {
  const wanted = [...new Set(items)].filter((item) => !item.startsWith('_'));
  const own = Object.entries(tasks).map(([name, { options }]) => [name, options] as const);
  const all = builtins ? [...own, ...builtinNames.map((name) => [name, {}] as const)] : own;
  return all
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, options]) => {
      const texts = attributeTexts({ ...attributesOf(settings), ...options, name }, wanted);
      return texts.length === 0 ? name : `${name} [${texts.join(' ')}]`;
    });
}

/** The attributes of each task in Celery that are not None, as far as they apply here. The options of a task override them. */
function attributesOf({ taskIgnoreResult, taskTrackStarted, taskTimeLimit, taskSoftTimeLimit }: Registry['settings']) {
  return {
    ...{ maxRetries: 3, defaultRetryDelay: 180, acksLate: true, serializer: 'json' },
    ...{ ignoreResult: taskIgnoreResult ?? false, trackStarted: taskTrackStarted ?? false },
    ...{ timeLimit: taskTimeLimit, softTimeLimit: taskSoftTimeLimit },
  };
}

function attributeTexts(attributes: Readonly<Record<string, unknown>>, items: readonly string[]): string[] {
  return items.flatMap((item) => {
    const value = ownValue(attributes, toCamelCase(item));
    if (value == null) return [];
    return [`${item}=${typeof value === 'string' ? value : saferepr(value)}`];
  });
}

/** Python's `str()` of a set of strings. */
export function setRepr(ids: Iterable<string>): string {
  const texts = [...ids].map((id) => saferepr(id));
  return texts.length === 0 ? 'set()' : `{${texts.join(', ')}}`;
}
