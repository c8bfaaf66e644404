import { isoToMs, utcIsoTimeWithMicroseconds } from '../../kombu/isoTime.ts';
import { DateTime } from '../../kombu/values.ts';
import type { OutgoingMessage } from '../../message/encode.ts';
import type { ApplyOptions } from '../../task/client/client.ts';
import { wireOptions } from '../signatures/callOptions.ts';
import { CanvasError } from '../signatures/errors.ts';
import {
  idIn,
  type Options,
  signaturesIn,
  stampNames,
  textIn,
  toSignature,
  type WireSignature,
} from '../signatures/signature.ts';
import type { IdSource } from './freeze.ts';

/** Who sends a signature: a client, or a running task. */
export interface Sender extends IdSource {
  /** The root of the messages, unless their options name another; null for a client, where each task is its own root. */
  readonly rootId: string | null;
  /** The task that sends; null for a client. */
  readonly parentId: string | null;
  /** The time from which `countdown` and `expires` are counted, in ms since 1970. */
  readonly nowMs: number;
  /**
   * The options of a task where it is defined, and its queue. For a task that is not defined in this process `ignoreResult`
   * is left out: its worker decides.
   */
  readonly optionsOf: (task: string) => ApplyOptions;
}

/** Options that become headers, properties or the body of a message. */
const messageOptions = `task_id countdown eta expires link link_error group_id group_index retries chord chain reply_to
  time_limit soft_time_limit root_id parent_id shadow replaced_task_nesting ignore_result headers priority queue exchange
  routing_key stamped_headers argsrepr kwargsrepr`.split(/\s+/);

/** Options that only Python's client uses. */
const clientOptions =
  `producer publisher connection router result_cls add_to_parent route_name task_type retry retry_policy
  serializer compression delivery_mode mandatory immediate content_type content_encoding declare expiration timeout
  confirm_timeout exchange_type message_attributes`.split(/\s+/);

/** Options of Girder Worker that become headers of the message (docs/wire-format.md §5). */
const headerOption = /^girder_(client|api|result)_/;

/** Options of Girder Worker that describe the job to create; they are no part of the message (docs/wire-format.md §5). */
const publishOption = /^girder_(user$|job_)/;

/** All other options become properties of the message. */
const knownOptions: ReadonlySet<string> = new Set([...messageOptions, ...clientOptions]);

/**
 * The message of a task's signature (docs/wire-format.md §1.1 to §1.3). Its own options win over those of `optionsOf`.
 *
 * Throws CanvasError OPTION_MALFORMED for a time that is no Date, number of seconds or ISO 8601 string.
 */
export function toOutgoingMessage(signature: WireSignature, sender: Sender): OutgoingMessage {
  const own = withoutNulls(signature.options);
  const options: Options = { ...wireOptions(sender.optionsOf(signature.task)), ...own };
  const id = idIn(options.task_id) ?? sender.newId();
  const stampedHeaders = stampNames(options).filter((name) => Object.hasOwn(options, name));
  const stamps = new Set(stampedHeaders);
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
    eta: isoTimeOf(
      Number.isNaN(options.countdown) ? options.countdown : options.countdown || options.eta,
      sender.nowMs,
    ),
    expires: isoTimeOf(options.expires, sender.nowMs),
    group: idIn(options.group_id) ?? null,
    groupIndex: numberOrNull(options.group_index),
    retries: numberOrNull(options.retries) ?? 0,
    rootId: textIn(options.root_id) ?? sender.rootId ?? id,
    parentId: textIn(options.parent_id) ?? sender.parentId,
    timelimit: { hardSeconds: numberOrNull(options.time_limit), softSeconds: numberOrNull(options.soft_time_limit) },
    replyTo: textIn(options.reply_to) ?? sender.replyTo ?? null,
    priority: numberOrNull(options.priority) ?? 0,
    shadow: textIn(options.shadow) ?? null,
    argsRepr: textIn(options.argsrepr) ?? null,
    kwargsRepr: textIn(options.kwargsrepr) ?? null,
    ignoreResult: typeof options.ignore_result === 'boolean' ? options.ignore_result : null,
    replacedTaskNesting: numberOrNull(options.replaced_task_nesting) ?? 0,
    stampedHeaders,
    stamps: Object.fromEntries(stampedHeaders.map((name) => [name, options[name]])),
    headers: { ...(options.headers as Options | undefined), ...pick(options, headerOption) },
    publishOptions: pick(options, publishOption),
    properties: Object.fromEntries(
      Object.entries(options).filter(([name]) => !knownOptions.has(name) && !stamps.has(name) && !isOfGirder(name)),
    ),
    deliveryInfo: { exchange: '', routingKey: queueOf(own) ?? queueOf(options) ?? 'celery' },
  };
}

/** Python's clients name the queue as `queue`, or as the routing key of the default exchange. */
function queueOf({ queue, exchange, routing_key }: Options): string | undefined {
  return textIn(queue) ?? (textIn(exchange) ? undefined : textIn(routing_key));
}

/** In Celery an option that is None counts as not given. */
function withoutNulls(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null && value !== undefined));
}

function isOfGirder(name: string): boolean {
  return headerOption.test(name) || publishOption.test(name);
}

function pick(options: Options, wanted: RegExp): Options {
  return Object.fromEntries(Object.entries(options).filter(([name]) => wanted.test(name)));
}

function numberOrNull(option: unknown): number | null {
  return typeof option === 'number' ? option : null;
}

function isPythonYear(year: number): boolean {
  return year >= 1 && year <= 9999;
}

/** A time in the form of the headers, ISO 8601. A number is in seconds from now. */
function isoTimeOf(option: unknown, nowMs: number): string | null {
  if (option === undefined || option === null) return null;
  if (option instanceof DateTime) return option.isoformat();
  if (typeof option === 'string' && !Number.isNaN(isoToMs(option))) return option;
  const date = typeof option === 'number' ? new Date(nowMs + option * 1000) : option;
  if (date instanceof Date && isPythonYear(date.getUTCFullYear())) return utcIsoTimeWithMicroseconds(date);
  throw new CanvasError(
    'OPTION_MALFORMED',
    `A time must be a Date, a number of seconds or an ISO 8601 string, in the years 1 to 9999, got ${String(option)}.`,
  );
}
