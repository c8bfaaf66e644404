import { isoFromDate } from '../../kombu/isoTime.ts';
import { stringifyPythonJson } from '../../kombu/json/pythonJson.ts';
import type { Failure } from '../../outcome/failure.ts';
import type { FinalOutcome, RetryOutcome, RevocationReason } from '../../outcome/outcome.ts';
import type { Claim, ExtendedContext, ResultContext } from '../resultStore.ts';
import type { ResultTuple } from '../storedResult.ts';

/** The documents that Celery stores (wire specification §3), as the text of Python's json.dumps: keys in Celery's order. */

/** The document of a task that has been claimed. A task that ignores its result must look as if it never began. */
export function startedDocument({ id, worker, ignoreResult, context = nothingKnown }: Claim): string {
  if (ignoreResult) return pendingDocument(id);
  return document(id, { ...context, status: 'STARTED', resultJson: stringifyPythonJson(worker) });
}

/** The document that makes a client see PENDING, although an item is there. */
export function pendingDocument(id: string): string {
  return document(id, { ...nothingKnown, status: 'PENDING', resultJson: 'null' });
}

/** The document of a revocation that no worker took part in: as Python's own mark_as_revoked, it knows no children. */
export function revokedDocument(id: string, reason: RevocationReason, nowMs: number): string {
  const parts = { ...nothingKnown, status: 'REVOKED', resultJson: revokedError(reason), childrenJson: 'null' };
  return document(id, { ...parts, dateDoneMs: nowMs });
}

/** The document of a task that has ended. */
export function outcomeDocument(id: string, outcome: FinalOutcome, context: ResultContext, nowMs: number): string {
  const common = { ...context, status: outcome.state, dateDoneMs: nowMs };
  if (outcome.state === 'SUCCESS') return document(id, { ...common, resultJson: outcome.resultJson });
  if (outcome.state === 'REVOKED') return document(id, { ...common, resultJson: revokedError(outcome.reason) });
  const { failure } = outcome;
  return document(id, { ...common, resultJson: exception(failure), traceback: failure.traceback });
}

/** The document of a task that will be run again; its result is null where no reason was given. */
export function retryDocument(id: string, outcome: RetryOutcome, context: ResultContext): string {
  const resultJson = outcome.failure === null ? 'null' : exception(outcome.failure);
  return document(id, { ...context, status: 'RETRY', resultJson, traceback: outcome.traceback });
}

/** The document of a state that the task chose itself; Celery dates the states that look final. */
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

/** The document of a group. */
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

const nothingKnown: ResultContext = { group: null, parentId: null };

function document(id: string, { status, resultJson, traceback = null, dateDoneMs = null, ...context }: Parts): string {
  const fields = [
    `"status": ${stringifyPythonJson(status)}`,
    `"result": ${resultJson}`,
    `"traceback": ${stringifyPythonJson(traceback)}`,
    `"children": ${context.childrenJson ?? '[]'}`,
    `"date_done": ${dateDoneMs === null ? 'null' : `"${isoFromDate(new Date(dateDoneMs))}+00:00"`}`,
  ];
  if (context.group) fields.push(`"group_id": ${stringifyPythonJson(context.group)}`);
  if (context.parentId) fields.push(`"parent_id": ${stringifyPythonJson(context.parentId)}`);
  if (context.extended) fields.push(...extendedFields(context.extended));
  fields.push(`"task_id": ${stringifyPythonJson(id)}`);
  return `{${fields.join(', ')}}`;
}

/** As Celery, a stamp is stored beside the other fields; one that has the name of such a field is left out instead of replacing it. */
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
  return exception({ type: 'TaskRevokedError', argsJson: stringifyPythonJson([reason]), module: 'celery.exceptions' });
}
