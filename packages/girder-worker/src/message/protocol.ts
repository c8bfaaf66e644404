import { DecodeError, type MessageIdentity } from '../kombu/errors.ts';
import { isObject, type KombuObject, type KombuValue, Uuid } from '../kombu/values.ts';
import type { Envelope } from './envelope.ts';
import { ownHeaders, readHeaders } from './headerFields.ts';
import { dict, shownText } from './headerReaders.ts';
import type { DeliveryInfo, Embed, Message, WireSignature } from './message.ts';

/** The properties that Celery and Kombu define (wire specification §1.1). */
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

/** What a protocol finds in the two places where it may be: the headers, and the body. */
interface Contents {
  readonly protocol: 1 | 2;
  /** Celery's headers, by their names on the wire. */
  readonly headers: Partial<KombuObject>;
  readonly args: KombuValue | undefined;
  readonly kwargs: KombuValue | undefined;
  readonly embed: KombuValue | undefined;
}

/**
 * Makes a Message of an envelope and its body, in protocol 2, 1, or the mixture of both that Celery knows.
 *
 * Throws DecodeError: NO_TASK_NAME, NO_TASK_ID, HEADER_MALFORMED, BODY_MALFORMED.
 */
export function toMessage({ headers, properties }: Envelope, body: KombuValue): Message {
  const contents = Array.isArray(body) ? protocol2(headers, body) : protocol1(headers, body);
  const values = readHeaders(contents.headers);
  const { args = [], kwargs = {} } = contents;
  if (!Array.isArray(args)) throw new DecodeError('BODY_MALFORMED', 'The positional arguments are not a list.');
  if (!isObject(kwargs)) throw new DecodeError('BODY_MALFORMED', 'The keyword arguments are not an object.');
  return {
    protocol: contents.protocol,
    ...values,
    args,
    kwargs,
    embed: toEmbed(contents.embed),
    correlationId: shownText(properties.correlation_id) || values.id,
    replyTo: shownText(properties.reply_to) || null,
    priority: typeof properties.priority === 'number' ? properties.priority : 0,
    deliveryInfo: toDeliveryInfo(properties.delivery_info),
    headers: ownHeaders(headers),
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !celeryProperties.has(name))),
  };
}

/** Which task the headers, or a body of protocol 1, are about; undefined if they do not say. */
export function identityOf(...sources: readonly (KombuValue | undefined)[]): MessageIdentity | undefined {
  for (const source of sources) {
    if (!isObject(source)) continue;
    const { task, id } = source;
    if (typeof task === 'string' && (typeof id === 'string' || id instanceof Uuid)) return { task, id: String(id) };
  }
  return undefined;
}

/** The task in the headers, and a body of three: args, kwargs, embed (wire specification §1.3). */
function protocol2(headers: KombuObject, body: readonly KombuValue[]): Contents {
  if (headers.task === undefined) throw new DecodeError('NO_TASK_NAME', 'The headers of the message name no task.');
  if (body.length !== 3)
    throw new DecodeError('BODY_MALFORMED', `The body is a list of ${body.length}, not of args, kwargs and embed.`);
  const [args, kwargs, embed] = body;
  return { protocol: 2, headers, args, kwargs, embed };
}

/** Everything in the body (wire specification §1.4); headers, where there are any, win, as in Celery. */
function protocol1(headers: KombuObject, body: KombuValue): Contents {
  if (!isObject(body)) throw new DecodeError('BODY_MALFORMED', 'The body is neither a list nor an object.');
  if (headers.task !== undefined && body.args === undefined) {
    throw new DecodeError('BODY_MALFORMED', 'The body is an object, and has no args.');
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
    throw new DecodeError('BODY_MALFORMED', 'The third part of the body is not an object.');
  return {
    callbacks: toSignatures(embed?.callbacks, 'callbacks'),
    errbacks: toSignatures(embed?.errbacks, 'errbacks'),
    chain: toSignatures(embed?.chain, 'chain'),
    chord: embed?.chord == null ? null : toSignature(embed.chord, 'chord'),
  };
}

function toSignatures(value: KombuValue | undefined, where: string): WireSignature[] {
  if (value == null) return [];
  if (!Array.isArray(value)) throw new DecodeError('BODY_MALFORMED', `"${where}" is not a list.`);
  return value.map((signature) => toSignature(signature, where));
}

/** A signature with all that one written by hand may leave out; what else it has is kept. */
function toSignature(value: KombuValue, where: string): WireSignature {
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
  if (!isSignature) throw new DecodeError('BODY_MALFORMED', `"${where}" has something that is no signature of a task.`);
  return { ...fields, task, args, kwargs, options, subtask_type, immutable };
}

function toDeliveryInfo(value: KombuValue | undefined): DeliveryInfo {
  const { exchange, routing_key } = dict(value, 'delivery_info');
  return { exchange: shownText(exchange) ?? '', routingKey: shownText(routing_key) ?? '' };
}
