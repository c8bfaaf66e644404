import { DecodeError } from '../kombu/errors.ts';
import { isObject, type KombuObject, type KombuValue } from '../kombu/values.ts';
import { decodePayload } from './decode.ts';

/** A command of remote control, as `app.control` broadcasts it (wire specification §2). */
export interface ControlCommand {
  /** Celery's name of the command, such as `revoke` or `ping`. */
  readonly method: string;
  /** What is passed by name; the names in camelCase: `taskId`, `withDefaults`. */
  readonly arguments: KombuObject;
  /** The nodes that are meant; null where `pattern` tells, or all are. */
  readonly destination: readonly string[] | null;
  /** Of node names; how it is to be read, `matcher` says: `glob` or `pcre`. */
  readonly pattern: string | null;
  readonly matcher: string | null;
  /** Null where nobody waits for a reply. */
  readonly replyTo: ReplyAddress | null;
}

export interface ReplyAddress {
  /** The Celery name of the queue, before prefix and sanitising: `<oid>.reply.celery.pidbox`. */
  readonly queue: string;
  readonly exchange: string;
  readonly routingKey: string;
  /** By which the client knows to which of its commands a reply belongs. */
  readonly ticket: string | null;
  /** The sender's logical clock when it sent the command. */
  readonly clock: number;
}

/** Replies are sent to nothing but mailboxes for replies: a command does not choose any queue it likes. */
const replyExchange = /^reply\.[\w.-]+\.pidbox$/;
const replyQueueKey = /^[\w-]+$/;

/**
 * Reads a command from the text that Kombu published to SNS.
 *
 * Throws DecodeError, and nothing else: BODY_MALFORMED for what is a message, but no command.
 */
export async function decodeCommand(text: string): Promise<ControlCommand> {
  const { envelope, payload } = await decodePayload(text);
  if (!isObject(payload)) throw malformed('The body is not an object.');
  const { method, destination } = payload;
  if (typeof method !== 'string') throw malformed('There is no "method".');
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
  if (typeof exchange !== 'string' || !replyExchange.test(exchange))
    throw malformed('"reply_to" names no mailbox for replies.');
  if (typeof routingKey !== 'string' || !replyQueueKey.test(routingKey))
    throw malformed('"reply_to" names no mailbox for replies.');
  return {
    queue: `${routingKey}.${exchange}`,
    exchange,
    routingKey,
    ticket: textOrNull(ticket),
    clock: typeof clock === 'number' ? clock : 0,
  };
}

function withCamelCaseKeys(names: KombuObject): KombuObject {
  const entries = Object.entries(names).map(([name, value]) => [
    name.replaceAll(/(?<=\w)_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  return Object.fromEntries(entries) as KombuObject;
}

function textOrNull(value: KombuValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function malformed(complaint: string): DecodeError {
  return new DecodeError('BODY_MALFORMED', `The message is no command of remote control. ${complaint}`);
}
