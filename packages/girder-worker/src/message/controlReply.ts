import { toSnakeCase } from '../kombu/caseNames.ts';
import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import { nodeSystem } from '../system/nodeSystem.ts';
import type { System } from '../system/system.ts';
import type { ReplyAddress } from './controlCommand.ts';
import { base64OfAscii } from './envelope.ts';

/** AMQP's delivery mode for a message that does not survive a restart of the broker. */
const transientMode = 1;

/**
 * Encodes the reply of a node to a command like Celery's worker: an envelope with the ticket of the command and the body
 * `{"<node>": reply}` (docs/wire-format.md §2).
 *
 * The names in the reply become snake_case; the keys of a Map are data and stay. Throws EncodeError for values that cannot be
 * serialized.
 */
export function encodeReply(
  node: string,
  reply: unknown,
  { exchange, routingKey, ticket, clock }: ReplyAddress,
  system: Pick<System, 'randomUUID'> = nodeSystem,
): string {
  const body = stringifyPythonJson({ [node]: withPythonNames(reply) });
  const envelope = {
    body: base64OfAscii(body),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers: { ticket, clock: clock + 1 },
    properties: {
      delivery_mode: transientMode,
      delivery_info: { exchange, routing_key: routingKey },
      priority: 0,
      body_encoding: 'base64',
      delivery_tag: system.randomUUID(),
    },
  };
  return base64OfAscii(stringifyPythonJson(envelope));
}

/** Converts all names in a value to snake_case: `workerPid` becomes `worker_pid`. The keys of a Map are data and stay. */
export function withPythonNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPythonNames);
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, item]) => [String(key), withPythonNames(item)]));
  }
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [toSnakeCase(name), withPythonNames(item)]));
}
