import { parsePythonJson } from '../../kombu/json/pythonJson.ts';
import { isObject, type KombuObject, type KombuValue } from '../../kombu/values.ts';
import { UnreadableResultError } from '../errors.ts';
import type { FinalState } from '../resultStore.ts';
import type { ResultTuple, StoredException, StoredRequest, StoredResult } from '../storedResult.ts';
import { decodeDocument } from './storedBytes.ts';

/** The first bytes of final results. DynamoDB's conditions compare them, because items that Python wrote have no `fin`. */
export const finalPrefixes = {
  SUCCESS: '{"status": "SUCCESS"',
  FAILURE: '{"status": "FAILURE"',
  REVOKED: '{"status": "REVOKED"',
} as const satisfies Partial<Record<FinalState, string>>;

/** The first bytes of results of tasks that no worker runs: Celery's `_revoke` replaces only these states. */
export const waitingPrefixes = {
  PENDING: '{"status": "PENDING"',
  RECEIVED: '{"status": "RECEIVED"',
  RETRY: '{"status": "RETRY"',
  REJECTED: '{"status": "REJECTED"',
} as const;

/** Whether a plain JSON document, of any writer, has the state of a task that no worker runs. */
export function isWaitingIn(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.subarray(0, 32)).toString('latin1');
  return Object.values(waitingPrefixes).some((prefix) => text.startsWith(prefix));
}

/** The final state of a plain JSON document, of any writer; undefined if its state is not final. */
export function finalStateIn(bytes: Uint8Array): FinalState | undefined {
  const text = Buffer.from(bytes.subarray(0, 32)).toString('latin1');
  return (Object.keys(finalPrefixes) as (keyof typeof finalPrefixes)[]).find((state) =>
    text.startsWith(finalPrefixes[state]),
  );
}

/**
 * Decodes a stored result of any worker (docs/wire-format.md §3.1).
 *
 * Throws UnreadableResultError if it is not JSON, or if Python, too, would fail to read it.
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

/** Decodes a saved group. Throws UnreadableResultError if the document has another form. */
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

/** An exception is recognized by its keys, as in Python. `exc_message` is a list of arguments, or one string. */
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

/** Decodes `[[id, parent], members]`. As in Celery, `[id, parent]` may also be a bare id, the form of its first versions. */
function readTuple(value: KombuValue | undefined): ResultTuple {
  if (!Array.isArray(value) || value.length !== 2)
    throw new UnreadableResultError('The stored tasks and groups do not have the form [[id, parent], members].');
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
