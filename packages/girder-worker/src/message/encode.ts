import { hostname } from 'node:os';
import { EncodeError } from '../kombu/errors.ts';
import { isoToMs } from '../kombu/isoTime.ts';
import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import { saferepr, safereprOfArgs } from '../kombu/repr/saferepr.ts';
import { nodeSystem } from '../system/nodeSystem.ts';
import type { System } from '../system/system.ts';
import { base64OfAscii } from './envelope.ts';
import { writeHeaders } from './headerFields.ts';
import type { Embed, Message } from './message.ts';

type Fields = Omit<
  Message,
  'protocol' | 'task' | 'id' | 'args' | 'kwargs' | 'embed' | 'stamps' | 'headers' | 'properties'
>;

type Optional<T> = { readonly [Name in keyof T]?: T[Name] | undefined };

/** A message to encode. A Message is one, too. All fields but the name and the id of the task have Celery's defaults. */
export interface OutgoingMessage extends Optional<Fields> {
  readonly task: string;
  readonly id: string;
  /** Any values that `stringifyPythonJson` can write. */
  readonly args?: readonly unknown[] | undefined;
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
  readonly embed?: Optional<Embed<unknown>> | undefined;
  readonly stamps?: Readonly<Record<string, unknown>> | undefined;
  /** The custom headers of the sender. Celery's headers of the same names take precedence. */
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  /** The custom properties of the sender. Celery's properties of the same names take precedence. */
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
  /** Options of the call for what prepares the message before it is published; they are not encoded. */
  readonly publishOptions?: Readonly<Record<string, unknown>> | undefined;
}

/** The sender in Celery's form: `gen<pid>@<host>`. */
const origin = `gen${process.pid}@${hostname()}`;

/**
 * Encodes a message like Celery's clients: protocol 2 in JSON, in base64 twice (docs/wire-format.md §1). Returns the SQS body.
 *
 * Throws EncodeError for arguments that cannot be serialized, and for an `expires` that is not ISO 8601.
 *
 * @param system the time for `properties.expiration`, and the random `delivery_tag`
 */
export function encode(message: OutgoingMessage, system: Pick<System, 'now' | 'randomUUID'> = nodeSystem): string {
  const envelope = {
    ...jsonBody(message),
    headers: { ...message.headers, ...headersOf(message) },
    properties: { ...message.properties, ...propertiesOf(message, system) },
  };
  return base64OfAscii(stringifyPythonJson(envelope));
}

/** The fields of an envelope that contain arguments and signatures. */
export function jsonBody(message: Pick<OutgoingMessage, 'args' | 'kwargs' | 'embed'>): Record<string, string> {
  return {
    body: base64OfAscii(stringifyPythonJson(bodyOf(message))),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
  };
}

/** Celery's headers that describe the arguments for people. */
export function reprHeaders({
  args = [],
  kwargs = {},
  argsRepr = null,
  kwargsRepr = null,
}: Pick<OutgoingMessage, 'args' | 'kwargs' | 'argsRepr' | 'kwargsRepr'>): Record<string, string> {
  return { argsrepr: argsRepr ?? safereprOfArgs(args), kwargsrepr: kwargsRepr ?? saferepr(kwargs) };
}

function bodyOf({ args = [], kwargs = {}, embed = {} }: Pick<OutgoingMessage, 'args' | 'kwargs' | 'embed'>): unknown {
  const { callbacks = [], errbacks = [], chain = [], chord = null } = embed;
  const parts = {
    callbacks: nullIfEmpty(callbacks),
    errbacks: nullIfEmpty(errbacks),
    chain: nullIfEmpty(chain),
    chord,
  };
  return [args, kwargs, parts];
}

function headersOf(message: OutgoingMessage): Record<string, unknown> {
  const reprs = reprHeaders(message);
  return writeHeaders({
    task: message.task,
    id: message.id,
    shadow: message.shadow ?? null,
    eta: message.eta ?? null,
    expires: message.expires ?? null,
    group: message.group ?? null,
    groupIndex: message.groupIndex ?? null,
    retries: message.retries ?? 0,
    timelimit: message.timelimit ?? { hardSeconds: null, softSeconds: null },
    rootId: message.rootId ?? message.id,
    parentId: message.parentId ?? null,
    argsRepr: reprs.argsrepr,
    kwargsRepr: reprs.kwargsrepr,
    origin: message.origin ?? origin,
    ignoreResult: message.ignoreResult === undefined ? false : message.ignoreResult,
    replacedTaskNesting: message.replacedTaskNesting ?? 0,
    stampedHeaders: message.stampedHeaders ?? [],
    stamps: message.stamps ?? {},
  });
}

function propertiesOf(message: OutgoingMessage, system: Pick<System, 'now' | 'randomUUID'>): Record<string, unknown> {
  const { exchange = '', routingKey = 'celery' } = message.deliveryInfo ?? {};
  return {
    correlation_id: message.correlationId ?? message.id,
    reply_to: message.replyTo ?? '',
    delivery_mode: 2,
    ...expirationOf(message, system),
    delivery_info: { exchange, routing_key: routingKey },
    priority: message.priority ?? 0,
    body_encoding: 'base64',
    delivery_tag: system.randomUUID(),
  };
}

/** Returns the time until `expires` in ms, as text. Celery's clients write it, although SQS does not use it. */
function expirationOf({ expires = null }: OutgoingMessage, system: Pick<System, 'now'>): { expiration?: string } {
  if (expires === null) return {};
  const leftMs = isoToMs(expires) - system.now();
  if (Number.isNaN(leftMs)) throw new EncodeError(`"expires" must be ISO 8601, got ${JSON.stringify(expires)}.`);
  return { expiration: String(Math.max(0, Math.trunc(leftMs))) };
}

function nullIfEmpty<T>(items: readonly T[]): readonly T[] | null {
  return items.length === 0 ? null : items;
}
