import { parsePythonJson, stringifyPythonJson } from '../message/pythonJson.ts';
import type { Outcome, RevocationReason } from '../outcome/outcome.ts';
import type { Claim, FinalState, ResultContext, StoredException, StoredResult } from './resultStore.ts';

/** The result documents that Celery stores (wire specification §3), as the text of Python's json.dumps. */

/** How the text of a final result begins; DynamoDB compares these bytes, for what Python wrote has no `fin`. */
export const finalPrefixes = {
  SUCCESS: '{"status": "SUCCESS"',
  FAILURE: '{"status": "FAILURE"',
  REVOKED: '{"status": "REVOKED"',
} as const satisfies Partial<Record<FinalState, string>>;

/** The final state that a result document tells of, whoever wrote it. */
export function finalStateOf(document: string): FinalState | undefined {
  return (Object.keys(finalPrefixes) as (keyof typeof finalPrefixes)[]).find((state) =>
    document.startsWith(finalPrefixes[state]),
  );
}

/** The document of a task that has been claimed. A task that ignores its result must look as if it never began. */
export function startedDocument({ id, worker, ignoreResult }: Claim): string {
  return ignoreResult
    ? pendingDocument(id)
    : document(id, { status: 'STARTED', resultJson: stringifyPythonJson(worker), dateDone: null });
}

/** The document that makes a client see PENDING, although an item is there. */
export function pendingDocument(id: string): string {
  return document(id, { status: 'PENDING', resultJson: 'null', dateDone: null });
}

/** The document of a revocation that no worker took part in: as Python's own mark_as_revoked, it knows no children. */
export function revokedDocument(id: string, reason: RevocationReason, nowMs: number): string {
  return document(id, { status: 'REVOKED', resultJson: revokedError(reason), dateDone: nowMs, childrenJson: 'null' });
}

/** The document of a task that has ended. */
export function outcomeDocument(id: string, outcome: Outcome, context: ResultContext, nowMs: number): string {
  const common = { dateDone: nowMs, ...context };
  switch (outcome.state) {
    case 'SUCCESS':
      return document(id, { ...common, status: 'SUCCESS', resultJson: outcome.resultJson });
    case 'FAILURE': {
      const { type, module, argsJson, traceback } = outcome.failure;
      return document(id, { ...common, status: 'FAILURE', resultJson: exception(type, argsJson, module), traceback });
    }
    case 'REVOKED':
      return document(id, { ...common, status: 'REVOKED', resultJson: revokedError(outcome.reason) });
  }
}

/** What a client reads out of a document. */
export function parseDocument(text: string): StoredResult {
  const { status, result, traceback } = parsePythonJson(text) as Record<string, unknown>;
  const exception = exceptionStates.has(String(status)) ? readException(result) : null;
  return {
    state: String(status),
    result: exception ? null : result,
    exception,
    traceback: typeof traceback === 'string' ? traceback : null,
  };
}

const exceptionStates: ReadonlySet<string> = new Set(['FAILURE', 'REVOKED', 'RETRY']);

/** An exception is known by its keys, as it is to Python (wire specification §3.1); its message may be one string. */
function readException(result: unknown): StoredException | null {
  if (typeof result !== 'object' || result === null || !Object.hasOwn(result, 'exc_type')) return null;
  const { exc_type: type, exc_message: args = [], exc_module: module } = result as Record<string, unknown>;
  return { type: String(type), module: typeof module === 'string' ? module : null, args: [args].flat() };
}

interface Parts extends Partial<ResultContext> {
  readonly status: string;
  readonly resultJson: string;
  readonly traceback?: string | null;
  readonly childrenJson?: string;
  /** In ms since 1970; null for a task that has not ended. */
  readonly dateDone: number | null;
}

/** One document, its keys in Celery's order. */
function document(id: string, parts: Parts): string {
  const fields = [
    `"status": "${parts.status}"`,
    `"result": ${parts.resultJson}`,
    `"traceback": ${stringifyPythonJson(parts.traceback ?? null)}`,
    `"children": ${parts.childrenJson ?? '[]'}`,
    `"date_done": ${parts.dateDone === null ? 'null' : `"${pythonIsoTime(parts.dateDone)}"`}`,
  ];
  if (parts.group) fields.push(`"group_id": ${stringifyPythonJson(parts.group)}`);
  if (parts.parentId) fields.push(`"parent_id": ${stringifyPythonJson(parts.parentId)}`);
  fields.push(`"task_id": ${stringifyPythonJson(id)}`);
  return `{${fields.join(', ')}}`;
}

function exception(type: string, argsJson: string, module: string): string {
  return `{"exc_type": ${stringifyPythonJson(type)}, "exc_message": ${argsJson}, "exc_module": ${stringifyPythonJson(module)}}`;
}

function revokedError(reason: RevocationReason): string {
  return exception('TaskRevokedError', stringifyPythonJson([reason]), 'celery.exceptions');
}

/** Python's isoformat of an aware datetime, in UTC. */
function pythonIsoTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.(\d+)Z$/, '.$1000+00:00');
}
