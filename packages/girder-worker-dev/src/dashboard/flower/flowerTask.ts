import {
  exceptionRepr,
  parsePythonJson,
  redact,
  type StoredResult,
  saferepr,
  stringifyPythonJson,
  type TaskSummary,
} from 'girder-worker/internal/operations';
import type { RunRow } from '../data.ts';
import type { TaskEntry } from '../server/taskEntry.ts';
import { Seconds } from './flowerJson.ts';

/** A task in the names of Flower, which are those of `celery.events.state.Task`. */
export interface FlowerTask {
  readonly uuid: string;
  readonly name: string | null;
  readonly state: string;
  readonly received: Seconds | null;
  readonly sent: null;
  readonly started: Seconds | null;
  readonly rejected: null;
  readonly succeeded: Seconds | null;
  readonly failed: Seconds | null;
  readonly retried: Seconds | null;
  readonly revoked: Seconds | null;
  readonly args: string | null;
  readonly kwargs: string | null;
  readonly eta: string | null;
  readonly expires: null;
  readonly retries: number | null;
  readonly worker: string | null;
  readonly result: string | null;
  readonly exception: string | null;
  readonly timestamp: Seconds | null;
  readonly runtime: Seconds | null;
  readonly traceback: string | null;
  readonly exchange: null;
  readonly routing_key: null;
  readonly clock: number;
  readonly client: null;
  readonly root: string | null;
  readonly root_id: string | null;
  readonly parent: string | null;
  readonly parent_id: string | null;
  readonly children: readonly string[];
}

/** The states in which Celery's events leave a task whose run ended in a state that they do not know. */
const statesOfEvents: Readonly<Record<string, string>> = {
  REJECTED: 'FAILURE',
  IGNORED: 'STARTED',
  REPLACED: 'STARTED',
  ABANDONED: 'STARTED',
  RETURNED: 'RECEIVED',
  SCHEDULED: 'RECEIVED',
};

/** What is the same for all tasks: no event of a sender is recorded, and there is no logical clock. */
const unknown = { sent: null, expires: null, exchange: null, routing_key: null, clock: 0, client: null } as const;

/** Returns a task of the history. `children` are the ids of the tasks that it has sent. */
export function taskOfHistory({ row, runs }: TaskEntry, children: readonly string[]): FlowerTask {
  const ended = (...states: string[]) => secondsOf(runs.findLast((run) => states.includes(stateOf(run)))?.endedMs);
  const state = stateOf(row);
  const failing = runs.findLast((run) => ['FAILURE', 'RETRY', 'REJECTED'].includes(run.state) && run.error !== null);
  return {
    ...unknown,
    ...{ uuid: row.id, name: row.task || null, state: statesOfEvents[state] ?? state },
    ...{ received: new Seconds(row.receivedMs), started: secondsOf(runs.findLast(hasStarted)?.startedMs) },
    ...{ succeeded: ended('SUCCESS'), failed: ended('FAILURE', 'REJECTED'), rejected: null },
    ...{ retried: ended('RETRY'), revoked: ended('REVOKED') },
    ...{ args: row.args, kwargs: row.kwargs, eta: etaOf(runs), retries: row.retries, worker: row.worker },
    ...{ result: null, traceback: null, exception: failing === undefined ? null : reprOf(failing.error!) },
    timestamp: secondsOf(row.endedMs) ?? new Seconds(row.receivedMs),
    // As Celery's events: only that of a success tells the runtime.
    runtime: row.state === 'SUCCESS' ? secondsOf(row.runtimeMs) : null,
    ...{ root: row.rootId, root_id: row.rootId, parent: row.parentId, parent_id: row.parentId, children },
  };
}

/** Returns a task of which only the table knows: a worker in Python ran it, or its runs have left the window. */
export function taskOfTable(id: string, { state, request, parentId, dateDone }: StoredResult): FlowerTask {
  const ended = dateDone ? new Seconds(Date.parse(`${dateDone.replace(/(Z|[+-]\d\d:\d\d)$/, '')}Z`)) : null;
  return {
    ...{ ...unknown, uuid: id, name: request?.name ?? null, state },
    ...{ received: null, started: null, rejected: null, retried: null, eta: null, runtime: null },
    ...{ succeeded: state === 'SUCCESS' ? ended : null, failed: state === 'FAILURE' ? ended : null },
    ...{ revoked: state === 'REVOKED' ? ended : null, timestamp: ended },
    args: request?.args ? hiddenRepr(request.args) : null,
    kwargs: request?.kwargs ? hiddenRepr(request.kwargs) : null,
    ...{ retries: request?.retries ?? null, worker: request?.worker ?? null },
    ...{ result: null, exception: null, traceback: null },
    ...{ root: null, root_id: null, parent: parentId, parent_id: parentId, children: [] },
  };
}

/** Adds what only the result table knows: the result, the exception of a failure and the traceback. */
export function withStored(task: FlowerTask, stored: StoredResult | undefined): FlowerTask {
  if (stored === undefined || stored.state !== task.state) return task;
  const { state, result, exception, traceback } = stored;
  const fails = state === 'FAILURE' || state === 'RETRY';
  return {
    ...task,
    ...(state === 'SUCCESS' && { result: hiddenRepr(result) }),
    ...(fails && { traceback, exception: exception === null ? task.exception : exceptionRepr(exception) }),
  };
}

/** Returns the task as it is while a worker runs it. `before` is what history or table know of it. */
export function runningTask(before: FlowerTask | undefined, summary: TaskSummary): FlowerTask {
  const { id, task, worker, startedMs, state, request } = summary;
  const started = secondsOf(startedMs);
  const text = (value: unknown) => (typeof value === 'string' ? value : value == null ? null : hiddenRepr(value));
  return {
    ...{ ...unknown, rejected: null, succeeded: null, failed: null, retried: null, revoked: null },
    ...{ eta: null, retries: null, exception: null, traceback: null, root: null, root_id: null },
    ...{ parent: null, parent_id: null, children: [], ...before },
    ...{ uuid: id, name: task ?? before?.name ?? null, worker: worker?.hostname ?? before?.worker ?? null },
    // A worker claims a message when it receives it.
    ...{ state: state === 'PENDING' || state === 'RETRY' ? 'STARTED' : state, received: started, started },
    ...{ args: text(request?.args) ?? before?.args ?? null, kwargs: text(request?.kwargs) ?? before?.kwargs ?? null },
    ...{ result: null, runtime: null, timestamp: started },
  };
}

/** The state of a run; or that of its task, if the task had ended before its message was delivered, as one that was revoked in time. */
function stateOf({ state, error }: Pick<RunRow, 'state' | 'error'>): string {
  return state === 'DUPLICATE' ? (/^has ended before: (\w+)$/.exec(error ?? '')?.[1] ?? state) : state;
}

function hasStarted({ startedMs }: RunRow): boolean {
  return startedMs !== null;
}

function secondsOf(ms: number | null | undefined): Seconds | null {
  return ms === null || ms === undefined ? null : new Seconds(ms);
}

/** The eta of the last message, as Python writes it; null for one that was due at once. */
function etaOf(runs: readonly RunRow[]): string | null {
  const waiting = runs.findLast(({ dueMs }) => dueMs !== null);
  if (waiting === undefined || waiting.dueMs! <= waiting.endedMs) return null;
  return new Date(waiting.dueMs!).toISOString().replace('Z', '000+00:00');
}

/** Python's repr of an exception that the history records with arguments in JSON: `ValueError("boom", 42)`. A text that was cut stays. */
function reprOf(error: string): string {
  const [, type, argsText] = /^([\w.]+)\((.*)\)$/s.exec(error) ?? [];
  if (type === undefined) return error;
  try {
    return exceptionRepr({ type, args: parsePythonJson(`[${argsText}]`) as readonly unknown[] });
  } catch {
    return error;
  }
}

/** The repr that Celery's events have of a value, without the values of secrets. */
function hiddenRepr(value: unknown): string {
  return saferepr(redact(parsePythonJson(stringifyPythonJson(value))));
}
