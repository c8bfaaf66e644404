import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { EncodeError } from '../kombu/errors.ts';
import { isoToMs } from '../kombu/isoTime.ts';
import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import { saferepr, safereprOfArgs } from '../kombu/repr/saferepr.ts';
import { writeHeaders } from './headerFields.ts';
import type { Embed, Message } from './message.ts';

type Fields = Omit<
  Message,
  'protocol' | 'task' | 'id' | 'args' | 'kwargs' | 'embed' | 'stamps' | 'headers' | 'properties'
>;

type Optional<T> = { readonly [Name in keyof T]?: T[Name] | undefined };

/** A message that is to be sent; a Message is one. All but the task and its id have the default that Celery gives. */
export interface OutgoingMessage extends Optional<Fields> {
  readonly task: string;
  readonly id: string;
  /** Anything that `stringifyPythonJson` can write. */
  readonly args?: readonly unknown[] | undefined;
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
  readonly embed?: Optional<Embed<unknown>> | undefined;
  readonly stamps?: Readonly<Record<string, unknown>> | undefined;
  /** The sender's own headers; Celery's win over them. */
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  /** The sender's own properties; Celery's win over them. */
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
}

/** Who sends, as Celery names it: `gen<pid>@<host>`. */
const origin = `gen${process.pid}@${hostname()}`;

/**
 * Writes a message as Celery's clients do: protocol 2, JSON, base64 twice (wire specification §1).
 *
 * `nowMs` is the time from which `properties.expiration` is counted. Throws EncodeError for arguments that have no form
 * in JSON, and for an `expires` that is not ISO 8601.
 */
export function encode(message: OutgoingMessage, nowMs: number = Date.now()): string {
  const envelope = {
    body: base64(stringifyPythonJson(bodyOf(message))),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers: { ...message.headers, ...headersOf(message) },
    properties: { ...message.properties, ...propertiesOf(message, nowMs) },
  };
  return base64(stringifyPythonJson(envelope));
}

function bodyOf({ args = [], kwargs = {}, embed = {} }: OutgoingMessage): unknown {
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
    argsRepr: message.argsRepr ?? safereprOfArgs(message.args ?? []),
    kwargsRepr: message.kwargsRepr ?? saferepr(message.kwargs ?? {}),
    origin: message.origin ?? origin,
    ignoreResult: message.ignoreResult === undefined ? false : message.ignoreResult,
    replacedTaskNesting: message.replacedTaskNesting ?? 0,
    stampedHeaders: message.stampedHeaders ?? [],
    stamps: message.stamps ?? {},
  });
}

function propertiesOf(message: OutgoingMessage, nowMs: number): Record<string, unknown> {
  const { exchange = '', routingKey = 'celery' } = message.deliveryInfo ?? {};
  return {
    correlation_id: message.correlationId ?? message.id,
    reply_to: message.replyTo ?? '',
    delivery_mode: 2,
    ...expirationOf(message, nowMs),
    delivery_info: { exchange, routing_key: routingKey },
    priority: message.priority ?? 0,
    body_encoding: 'base64',
    delivery_tag: randomUUID(),
  };
}

/** How long the message is of use, in milliseconds as text; nobody on SQS reads it, but every client writes it. */
function expirationOf({ expires = null }: OutgoingMessage, nowMs: number): { expiration?: string } {
  if (expires === null) return {};
  const leftMs = isoToMs(expires) - nowMs;
  if (Number.isNaN(leftMs)) throw new EncodeError(`"expires" must be ISO 8601, and is ${JSON.stringify(expires)}.`);
  return { expiration: String(Math.max(0, Math.trunc(leftMs))) };
}

function nullIfEmpty<T>(items: readonly T[]): readonly T[] | null {
  return items.length === 0 ? null : items;
}

function base64(text: string): string {
  return Buffer.from(text, 'latin1').toString('base64'); // The text is ASCII.
}
