import { DateTime } from '../../kombu/values.ts';
import type { OutgoingMessage } from '../../message/encode.ts';
import type { ApplyOptions } from '../../task/client.ts';
import { wireOptions } from '../signatures/callOptions.ts';
import { CanvasError } from '../signatures/errors.ts';
import {
  type Options,
  type Signature,
  signaturesIn,
  stampNames,
  textIn,
  toSignature,
} from '../signatures/signature.ts';
import type { IdSource } from './freeze.ts';

/** What a sender is, and whom it sends for. */
export interface Sender extends IdSource {
  /** Where what is sent comes from, unless its own options tell; null for a client, whose tasks are roots themselves. */
  readonly rootId: string | null;
  readonly parentId: string | null;
  /** From which `countdown` and `expires` are counted, in ms since 1970. */
  readonly nowMs: number;
  /** What a task says of itself, and the default queue; a task that is not known here says nothing of `ignoreResult`. */
  readonly optionsOf: (task: string) => ApplyOptions;
}

/** Options that become fields of a message, or that mean something to Python's client alone. Others are properties. */
const known: ReadonlySet<string> = new Set([
  ...[
    'task_id',
    'countdown',
    'eta',
    'expires',
    'link',
    'link_error',
    'group_id',
    'group_index',
    'retries',
    'chord',
    'chain',
  ],
  ...['reply_to', 'time_limit', 'soft_time_limit', 'root_id', 'parent_id', 'shadow', 'replaced_task_nesting'],
  ...['ignore_result', 'headers', 'priority', 'queue', 'exchange', 'routing_key', 'stamped_headers'],
  ...[
    'producer',
    'publisher',
    'connection',
    'router',
    'result_cls',
    'add_to_parent',
    'route_name',
    'task_type',
    'retry',
  ],
  ...['retry_policy', 'serializer', 'compression', 'delivery_mode', 'mandatory', 'immediate', 'content_type'],
  ...['content_encoding', 'declare', 'expiration', 'timeout', 'confirm_timeout', 'exchange_type', 'message_attributes'],
]);

/** The message of one task's signature, with all that its options say (wire specification §1.1 to §1.3). */
export function outgoing(signature: Signature, sender: Sender): OutgoingMessage {
  const own = present(signature.options);
  const options: Options = { ...wireOptions(sender.optionsOf(signature.task)), ...own };
  const id = textIn(options.task_id) ?? sender.newId();
  const stamped = stampNames(options).filter((name) => Object.hasOwn(options, name));
  return {
    task: signature.task,
    id,
    args: signature.args,
    kwargs: signature.kwargs,
    embed: {
      callbacks: signaturesIn(options.link),
      errbacks: signaturesIn(options.link_error),
      chain: signaturesIn(options.chain),
      chord: options.chord ? toSignature(options.chord) : null,
    },
    eta: time(options.countdown || options.eta, sender.nowMs),
    expires: time(options.expires, sender.nowMs),
    group: textIn(options.group_id) ?? null,
    groupIndex: number(options.group_index),
    retries: number(options.retries) ?? 0,
    rootId: textIn(options.root_id) ?? sender.rootId ?? id,
    parentId: textIn(options.parent_id) ?? sender.parentId,
    timelimit: { hardSeconds: number(options.time_limit), softSeconds: number(options.soft_time_limit) },
    replyTo: textIn(options.reply_to) ?? sender.replyTo ?? null,
    priority: number(options.priority) ?? 0,
    shadow: textIn(options.shadow) ?? null,
    ignoreResult: typeof options.ignore_result === 'boolean' ? options.ignore_result : null,
    replacedTaskNesting: number(options.replaced_task_nesting) ?? 0,
    stampedHeaders: stamped,
    stamps: Object.fromEntries(stamped.map((name) => [name, options[name]])),
    headers: options.headers ? (options.headers as Options) : {},
    properties: Object.fromEntries(
      Object.entries(options).filter(([name]) => !known.has(name) && !stamped.includes(name)),
    ),
    deliveryInfo: { exchange: '', routingKey: queueOf(own) ?? queueOf(options) ?? 'celery' },
  };
}

/** Python's clients name the queue either way: by `queue`, or as the routing key of the nameless exchange. */
function queueOf({ queue, exchange, routing_key }: Options): string | undefined {
  return textIn(queue) ?? (textIn(exchange) ? undefined : textIn(routing_key));
}

/** Celery's way with None: an option that is None is one that was not given. */
function present(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null && value !== undefined));
}

function number(option: unknown): number | null {
  return typeof option === 'number' ? option : null;
}

/** A time as headers have it: ISO 8601. Seconds are counted from now. */
function time(option: unknown, nowMs: number): string | null {
  if (option === undefined || option === null) return null;
  if (typeof option === 'string') return option;
  if (typeof option === 'number' && Number.isFinite(option)) return isoTime(new Date(nowMs + option * 1000));
  if (option instanceof DateTime) return option.isoformat();
  if (option instanceof Date && !Number.isNaN(option.getTime())) return isoTime(option);
  throw new CanvasError(
    'OPTION_MALFORMED',
    `A time must be a Date, a number of seconds or ISO 8601, and is ${String(option)}.`,
  );
}

function isoTime(date: Date): string {
  return date.toISOString().replace('Z', '000+00:00');
}
