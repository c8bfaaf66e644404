import { DecodeError, type MessageIdentity } from '../kombu/errors.ts';
import { isObject, type KombuObject, type KombuValue, Uuid } from '../kombu/values.ts';
import type { Envelope } from './envelope.ts';
import { customHeaders, readHeaders } from './headerFields.ts';
import { dict, displayText, isStorableId } from './headerReaders.ts';
import type { DeliveryInfo, Embed, Message, WireSignature } from './message.ts';

/** The properties that Celery and Kombu define (docs/wire-format.md §1.1). */
const celeryProperties: ReadonlySet<string> = new Set([
  'correlation_id',
  'reply_to',
  'delivery_mode',
  'delivery_info',
  'priority',
  'body_encoding',
  'delivery_tag',
  'expiration',
]);

/** The parts of a message, which protocol 2 has in headers and body, and protocol 1 in the body. */
interface Contents {
  readonly protocol: 1 | 2;
  /** Celery's headers by their names on the wire. */
  readonly headers: Partial<KombuObject>;
  readonly args: KombuValue | undefined;
  readonly kwargs: KombuValue | undefined;
  readonly embed: KombuValue | undefined;
}

/**
 * Converts an envelope and its body to a Message. Accepts protocol 2, protocol 1, and Celery's mixture of both.
 *
 * Throws DecodeError: NO_TASK_NAME, NO_TASK_ID, HEADER_MALFORMED, BODY_MALFORMED.
 */
export function toMessage({ headers, properties }: Envelope, body: KombuValue): Message {
  const contents = Array.isArray(body) ? protocol2(headers, body) : protocol1(headers, body);
  const values = readHeaders(contents.headers);
  const { args = [], kwargs = {} } = contents;
  if (!Array.isArray(args)) throw new DecodeError('BODY_MALFORMED', 'The positional arguments must be a list.');
  if (!isObject(kwargs)) throw new DecodeError('BODY_MALFORMED', 'The keyword arguments must be an object.');
  return {
    protocol: contents.protocol,
    ...values,
    args,
    kwargs,
    embed: toEmbed(contents.embed),
    correlationId: displayText(properties.correlation_id) || values.id,
    replyTo: displayText(properties.reply_to) || null,
    priority: typeof properties.priority === 'number' ? properties.priority : 0,
    deliveryInfo: toDeliveryInfo(properties.delivery_info),
    headers: customHeaders(headers),
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !celeryProperties.has(name))),
  };
}

/** Returns the task that the headers or a body of protocol 1 name; undefined if they do not. */
export function identityOf(...sources: readonly (KombuValue | undefined)[]): MessageIdentity | undefined {
  for (const source of sources) {
    if (!isObject(source)) continue;
    const { task, id } = source;
    const isNamed = typeof task === 'string' && (typeof id === 'string' || id instanceof Uuid);
    if (isNamed && id !== '' && isStorableId(String(id))) return { task, id: String(id) };
  }
  return undefined;
}

/** Protocol 2: the task is in the headers, and the body is a list of args, kwargs and embed (docs/wire-format.md §1.3). */
function protocol2(headers: KombuObject, body: readonly KombuValue[]): Contents {
  if (headers.task === undefined) throw new DecodeError('NO_TASK_NAME', 'The headers have no task name.');
  if (body.length !== 3)
    throw new DecodeError(
      'BODY_MALFORMED',
      `The body must be a list of args, kwargs and embed, got a list of ${body.length}.`,
    );
  const [args, kwargs, embed] = body;
  return { protocol: 2, headers, args, kwargs, embed };
}

/** Protocol 1: everything is in the body (docs/wire-format.md §1.4). As in Celery, headers take precedence. */
function protocol1(headers: KombuObject, body: KombuValue): Contents {
  if (!isObject(body)) throw new DecodeError('BODY_MALFORMED', 'The body must be a list or an object.');
  if (headers.task !== undefined && body.args === undefined) {
    throw new DecodeError('BODY_MALFORMED', 'The body is an object without args.');
  }
  const group = body.taskset ?? body.group ?? null;
  const { callbacks = null, errbacks = null, chord = null } = body as Partial<KombuObject>;
  return {
    protocol: 1,
    headers: { ...body, group, ...headers },
    args: body.args,
    kwargs: body.kwargs,
    embed: { callbacks, errbacks, chain: null, chord },
  };
}

function toEmbed(embed: KombuValue | undefined): Embed {
  if (embed != null && !isObject(embed))
    throw new DecodeError('BODY_MALFORMED', 'The third item of the body must be an object.');
  return {
    callbacks: toSignatures(embed?.callbacks, 'callbacks'),
    errbacks: toSignatures(embed?.errbacks, 'errbacks'),
    chain: toSignatures(embed?.chain, 'chain'),
    chord: embed?.chord == null ? null : toSignature(embed.chord, 'chord'),
  };
}

function toSignatures(value: KombuValue | undefined, where: string): WireSignature<KombuValue>[] {
  if (value == null) return [];
  if (!Array.isArray(value)) throw new DecodeError('BODY_MALFORMED', `"${where}" must be a list.`);
  return value.map((signature) => toSignature(signature, where));
}

/** Adds the fields that a signature written by hand may leave out. Unknown fields stay. */
function toSignature(value: KombuValue, where: string): WireSignature<KombuValue> {
  const fields: Partial<KombuObject> | undefined = isObject(value) ? value : undefined;
  const { task, subtask_type = null, immutable = false } = fields ?? {};
  const [args, kwargs, options] = [fields?.args ?? [], fields?.kwargs ?? {}, fields?.options ?? {}];
  const isSignature =
    typeof task === 'string' &&
    Array.isArray(args) &&
    isObject(kwargs) &&
    isObject(options) &&
    (subtask_type === null || typeof subtask_type === 'string') &&
    typeof immutable === 'boolean';
  if (!isSignature) throw new DecodeError('BODY_MALFORMED', `"${where}" contains a value that is not a signature.`);
  return { ...fields, task, args, kwargs, options, subtask_type, immutable };
}

function toDeliveryInfo(value: KombuValue | undefined): DeliveryInfo {
  const { exchange, routing_key } = dict(value, 'delivery_info');
  return { exchange: displayText(exchange) ?? '', routingKey: displayText(routing_key) ?? '' };
}
