import { randomUUID } from 'node:crypto';
import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import type { ReplyAddress } from './controlCommand.ts';

/** What Kombu calls a message that need not survive a restart of the broker. */
const transient = 1;

/**
 * Writes a node's reply to a command as a worker of Celery's does: an envelope with the ticket of the command, whose body
 * is `{"<node>": reply}` (wire specification §2).
 *
 * Names in camelCase become Python's; the keys of a Map are data, and stay. Throws EncodeError for what has no form in
 * JSON.
 */
export function encodeReply(
  node: string,
  reply: unknown,
  { exchange, routingKey, ticket, clock }: ReplyAddress,
): string {
  const body = stringifyPythonJson({ [node]: withPythonNames(reply) });
  const envelope = {
    body: base64(body),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers: { ticket, clock: clock + 1 },
    properties: {
      delivery_mode: transient,
      delivery_info: { exchange, routing_key: routingKey },
      priority: 0,
      body_encoding: 'base64',
      delivery_tag: randomUUID(),
    },
  };
  return base64(stringifyPythonJson(envelope));
}

/** A value with the names of Python: `workerPid` becomes `worker_pid`; the keys of a Map are data, and stay. */
export function withPythonNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPythonNames);
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, item]) => [String(key), withPythonNames(item)]));
  }
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [pythonName(name), withPythonNames(item)]));
}

function pythonName(name: string): string {
  return name.replaceAll(/(?<=[a-z\d])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function base64(text: string): string {
  return Buffer.from(text, 'latin1').toString('base64'); // The text is ASCII.
}
