import { parsePythonJson } from '../../kombu/json/pythonJson.ts';
import { isObject, type KombuObject, type KombuValue } from '../../kombu/values.ts';
import { UnreadableResultError } from '../errors.ts';
import type { FinalState } from '../resultStore.ts';
import type { ResultTuple, StoredException, StoredRequest, StoredResult } from '../storedResult.ts';
import { decodeDocument } from './storedBytes.ts';

/** How the text of a final result begins; DynamoDB compares these bytes, for what Python wrote has no `fin`. */
export const finalPrefixes = {
  SUCCESS: '{"status": "SUCCESS"',
  FAILURE: '{"status": "FAILURE"',
  REVOKED: '{"status": "REVOKED"',
} as const satisfies Partial<Record<FinalState, string>>;

/** The final state that the bytes of a document tell of, without their compression, whoever wrote them. */
export function finalStateIn(bytes: Uint8Array): FinalState | undefined {
  const text = Buffer.from(bytes.subarray(0, 32)).toString('latin1');
  return (Object.keys(finalPrefixes) as (keyof typeof finalPrefixes)[]).find((state) =>
    text.startsWith(finalPrefixes[state]),
  );
}

/**
 * What a client reads out of a stored result, of whatever worker (wire specification §3.1).
 *
 * Throws UnreadableResultError where Python, too, would fail to read it, or where it was not written as JSON.
 */
export function readResult(bytes: Uint8Array): StoredResult {
  const stored = readObject(bytes);
  if (typeof stored.status !== 'string') throw new UnreadableResultError('The stored result has no status.');
  const exception = exceptionStates.has(stored.status) ? readException(stored.result) : null;
  return {
    state: stored.status,
    result: exception ? null : (stored.result ?? null),
    exception,
    traceback: textOrNull(stored.traceback),
    children: Array.isArray(stored.children) ? stored.children.map(readTuple) : null,
    dateDone: textOrNull(stored.date_done),
    group: textOrNull(stored.group_id),
    parentId: textOrNull(stored.parent_id),
    request: readRequest(stored),
  };
}

/** The group that a stored document tells of. Throws UnreadableResultError if it is none. */
export function readGroup(bytes: Uint8Array): ResultTuple {
  return readTuple(readObject(bytes).result);
}

function readObject(bytes: Uint8Array): Partial<KombuObject> {
  const text = decodeDocument(bytes);
  let value: KombuValue;
  try {
    value = parsePythonJson(text);
  } catch (cause) {
    throw new UnreadableResultError(`The stored result cannot be read: ${(cause as Error).message}`, { cause });
  }
  if (!isObject(value)) throw new UnreadableResultError('The stored result is not an object.');
  return value;
}

const exceptionStates: ReadonlySet<string> = new Set(['FAILURE', 'REVOKED', 'RETRY']);

/** An exception is known by its keys, as it is to Python; its message may be one string. */
function readException(result: KombuValue | undefined): StoredException | null {
  if (!isObject(result) || typeof result.exc_type !== 'string') return null;
  const { exc_message: args = [], exc_module: module } = result as Partial<KombuObject>;
  return { type: result.exc_type, module: textOrNull(module), args: Array.isArray(args) ? args : [args] };
}

function readRequest(stored: Partial<KombuObject>): StoredRequest | null {
  const { name, args, kwargs, worker, retries, queue, stamped_headers } = stored;
  if (typeof name !== 'string') return null;
  const stamps = Array.isArray(stamped_headers) ? stamped_headers.map(String) : [];
  return {
    name,
    args: Array.isArray(args) ? args : null,
    kwargs: isObject(kwargs) ? kwargs : null,
    worker: textOrNull(worker),
    retries: typeof retries === 'number' ? retries : null,
    queue: textOrNull(queue),
    stamps: Object.fromEntries(stamps.map((stamp) => [stamp, stored[stamp]])),
  };
}

/** `[[id, parent], members]`; Celery also reads an id that stands alone, as its first versions wrote it. */
function readTuple(value: KombuValue | undefined): ResultTuple {
  if (!Array.isArray(value) || value.length !== 2)
    throw new UnreadableResultError('The stored tasks and groups are not as Celery writes them.');
  const [head, members] = value as [KombuValue, KombuValue];
  const [id, parent = null] = Array.isArray(head) ? (head as readonly KombuValue[]) : [head];
  return [
    [String(id), parent === null ? null : readTuple(parent)],
    Array.isArray(members) ? members.map(readTuple) : null,
  ];
}

function textOrNull(value: KombuValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
