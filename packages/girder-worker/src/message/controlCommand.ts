import { toCamelCase } from '../kombu/caseNames.ts';
import { DecodeError } from '../kombu/errors.ts';
import { isObject, type KombuObject, type KombuValue } from '../kombu/values.ts';
import { decodePayload } from './decode.ts';

/** A command of remote control, as Celery's `app.control` broadcasts it (docs/wire-format.md §2). */
export interface ControlCommand {
  /** Celery's name of the command, such as `revoke` or `ping`. */
  readonly method: string;
  /** The arguments by name. The names are in camelCase: `taskId`, `withDefaults`. */
  readonly arguments: KombuObject;
  /** The nodes that execute the command; null if `pattern` selects them, or if all nodes do. */
  readonly destination: readonly string[] | null;
  /** A pattern of node names. */
  readonly pattern: string | null;
  /** The syntax of `pattern`: `glob` or `pcre`. */
  readonly matcher: string | null;
  /** Null if the client does not wait for a reply. */
  readonly replyTo: ReplyAddress | null;
}

/** Where a client waits for replies. */
export interface ReplyAddress {
  /** The Celery name of the queue, without prefix and replacements: `<oid>.reply.celery.pidbox`. */
  readonly queue: string;
  readonly exchange: string;
  readonly routingKey: string;
  /** The id with which the client matches the reply to its command. */
  readonly ticket: string | null;
  /** The sender's logical clock when it sent the command. */
  readonly clock: number;
}

/** Replies are sent only to reply queues of Kombu's pidbox, so that a command cannot choose any other queue. */
const replyExchange = /^reply\.[\w.-]+\.pidbox$/;
const replyQueueKey = /^[\w-]+$/;
const invalidReplyTo = '"reply_to" must be a reply queue of Kombu\'s pidbox.';

/**
 * Decodes a command from the text that Kombu publishes to SNS.
 *
 * Rejects only with DecodeError; with the code BODY_MALFORMED if the message is not a command.
 */
export async function decodeCommand(text: string): Promise<ControlCommand> {
  const { envelope, payload } = await decodePayload(text);
  if (!isObject(payload)) throw malformed('The body must be an object.');
  const { method, destination } = payload;
  if (typeof method !== 'string') throw malformed('"method" must be a string.');
  return {
    method,
    arguments: isObject(payload.arguments) ? withCamelCaseKeys(payload.arguments) : {},
    destination: Array.isArray(destination) && destination.length > 0 ? destination.map(String) : null,
    pattern: textOrNull(payload.pattern),
    matcher: textOrNull(payload.matcher),
    replyTo: replyAddress(payload, envelope.headers),
  };
}

function replyAddress({ reply_to: address, ticket }: KombuObject, { clock }: KombuObject): ReplyAddress | null {
  if (!isObject(address)) return null;
  const { exchange, routing_key: routingKey } = address;
  if (typeof exchange !== 'string' || !replyExchange.test(exchange)) throw malformed(invalidReplyTo);
  if (typeof routingKey !== 'string' || !replyQueueKey.test(routingKey)) throw malformed(invalidReplyTo);
  return {
    queue: `${routingKey}.${exchange}`,
    exchange,
    routingKey,
    ticket: textOrNull(ticket),
    clock: typeof clock === 'number' ? clock : 0,
  };
}

function withCamelCaseKeys(names: KombuObject): KombuObject {
  return Object.fromEntries(Object.entries(names).map(([name, value]) => [toCamelCase(name), value]));
}

function textOrNull(value: KombuValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function malformed(reason: string): DecodeError {
  return new DecodeError('BODY_MALFORMED', `The message is not a remote control command. ${reason}`);
}
