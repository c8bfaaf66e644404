import { utcIsoTime } from '../../kombu/isoTime.ts';
import { stringifyPythonJson } from '../../kombu/json/pythonJson.ts';
import { type Failure, taskRevoked } from '../../outcome/failure.ts';
import type { FinalOutcome, RetryOutcome, RevocationReason } from '../../outcome/outcome.ts';
import type { Claim, ExtendedContext, ResultContext } from '../resultStore.ts';
import type { ResultTuple } from '../storedResult.ts';

/**
 * The documents that Celery stores (docs/wire-format.md §3), as the text that Python's json.dumps writes, with the keys in
 * Celery's order.
 */

/** STARTED, of a task that was claimed. */
export function startedDocument({ id, worker, context = noContext }: Pick<Claim, 'id' | 'worker' | 'context'>): string {
  return document(id, { ...context, status: 'STARTED', resultJson: stringifyPythonJson(worker) });
}

/** PENDING, for an item that must look to clients as if nothing were stored. */
export function pendingDocument(id: string): string {
  return document(id, { ...noContext, status: 'PENDING', resultJson: 'null' });
}

/** REVOKED, of a task that never ran. The children are null, as in Celery's `mark_as_revoked`. */
export function revokedDocument(id: string, reason: RevocationReason, nowMs: number): string {
  const parts = { ...noContext, status: 'REVOKED', resultJson: revokedError(reason), childrenJson: 'null' };
  return document(id, { ...parts, dateDoneMs: nowMs });
}

/** SUCCESS, FAILURE or REVOKED, of a task that has ended at `nowMs` (ms since 1970). */
export function outcomeDocument(id: string, outcome: FinalOutcome, context: ResultContext, nowMs: number): string {
  const common = { ...context, status: outcome.state, dateDoneMs: nowMs };
  if (outcome.state === 'SUCCESS') return document(id, { ...common, resultJson: outcome.resultJson });
  if (outcome.state === 'REVOKED') return document(id, { ...common, resultJson: revokedError(outcome.reason) });
  const { failure } = outcome;
  return document(id, { ...common, resultJson: exception(failure), traceback: failure.traceback });
}

/** RETRY, of a task that will run again. The result is the exception, or null if the task gave no reason. */
export function retryDocument(id: string, outcome: RetryOutcome, context: ResultContext): string {
  const resultJson = outcome.failure === null ? 'null' : exception(outcome.failure);
  return document(id, { ...context, status: 'RETRY', resultJson, traceback: outcome.traceback });
}

/** A state that the task chose. States with the names of final ones have a date, as in Celery. */
export function stateDocument(
  id: string,
  state: string,
  metaJson: string,
  context: ResultContext,
  nowMs: number,
): string {
  const dateDoneMs = ['SUCCESS', 'FAILURE', 'REVOKED'].includes(state) ? nowMs : null;
  return document(id, { ...context, status: state, resultJson: metaJson, dateDoneMs });
}

/** A saved group. */
export function groupDocument(group: ResultTuple): string {
  return `{"result": ${stringifyPythonJson(group)}}`;
}

interface Parts extends ResultContext {
  readonly status: string;
  readonly resultJson: string;
  readonly traceback?: string | null;
  /** In ms since 1970; null for a task that has not ended. */
  readonly dateDoneMs?: number | null;
}

const noContext: ResultContext = { group: null, parentId: null };

function document(id: string, { status, resultJson, traceback = null, dateDoneMs = null, ...context }: Parts): string {
  const fields = [
    `"status": ${stringifyPythonJson(status)}`,
    `"result": ${resultJson}`,
    `"traceback": ${stringifyPythonJson(traceback)}`,
    `"children": ${context.childrenJson ?? '[]'}`,
    `"date_done": ${dateDoneMs === null ? 'null' : `"${utcIsoTime(new Date(dateDoneMs))}"`}`,
  ];
  if (context.group) fields.push(`"group_id": ${stringifyPythonJson(context.group)}`);
  if (context.parentId) fields.push(`"parent_id": ${stringifyPythonJson(context.parentId)}`);
  if (context.extended) fields.push(...extendedFields(context.extended));
  fields.push(`"task_id": ${stringifyPythonJson(id)}`);
  return `{${fields.join(', ')}}`;
}

/** Each stamp becomes a field, as in Celery; a stamp with the name of another field is left out, so that it does not replace it. */
function extendedFields({
  name,
  argsJson,
  kwargsJson,
  worker,
  retries,
  queue,
  stamps = {},
}: ExtendedContext): string[] {
  const fields = [
    `"name": ${stringifyPythonJson(name)}`,
    `"args": ${argsJson}`,
    `"kwargs": ${kwargsJson}`,
    `"worker": ${stringifyPythonJson(worker)}`,
    `"retries": ${retries}`,
    `"queue": ${stringifyPythonJson(queue)}`,
  ];
  const own = Object.entries(stamps).filter(([stamp]) => !celeryFields.has(stamp));
  if (own.length === 0) return fields;
  fields.push(`"stamped_headers": ${stringifyPythonJson(own.map(([stamp]) => stamp))}`);
  return [...fields, ...own.map(([stamp, value]) => `${stringifyPythonJson(stamp)}: ${stringifyPythonJson(value)}`)];
}

const celeryFields: ReadonlySet<string> = new Set(
  `status result traceback children date_done group_id parent_id name args kwargs worker retries queue stamped_headers
  task_id`.split(/\s+/),
);

function exception({ type, argsJson, module }: Pick<Failure, 'type' | 'argsJson' | 'module'>): string {
  return `{"exc_type": ${stringifyPythonJson(type)}, "exc_message": ${argsJson}, "exc_module": ${stringifyPythonJson(module)}}`;
}

function revokedError(reason: RevocationReason): string {
  return exception(taskRevoked(reason));
}
