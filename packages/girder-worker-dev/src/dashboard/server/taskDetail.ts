import { parsePythonJson, redact, type StoredResult, stringifyPythonJson } from 'girder-worker/internal/operations';
import type { TaskDetail, TaskRow } from '../data.ts';
import { canvasOf } from './canvasOf.ts';
import { DashboardError } from './fault.ts';
import type { DashboardStack } from './stack.ts';
import type { TaskEntry } from './taskEntry.ts';
import type { LoggedTask } from './taskLog.ts';

/** States after which a task does not run again. */
const finalStates = ['SUCCESS', 'FAILURE', 'REVOKED'];

/** Resolves to all that history and result table tell of a task. Rejects with a DashboardError if that is nothing. */
export async function taskDetail(stack: DashboardStack, id: string): Promise<TaskDetail> {
  const { store, taskScan, window, follower } = stack;
  await follower.current();
  const entry = window.get(id);
  const [stored, [summary]] = await Promise.all([store.read(id), taskScan.find([id])]);
  if (entry === undefined && stored === undefined && summary === undefined)
    throw new DashboardError(
      404,
      'NOT_FOUND',
      `Neither the history nor the result table knows a task with the id "${id}". Its message may still be in its queue, or its result has expired.`,
    );
  const known = entry?.row ?? rowOf(id, stored);
  const isActive = summary?.phase === 'active';
  const task: TaskRow = {
    ...known,
    ...(summary?.task && known.task === '' && { task: summary.task }),
    state:
      isActive || !finalStates.includes(known.state) ? (stored?.state ?? summary?.state ?? known.state) : known.state,
    ...(isActive && {
      startedMs: summary.startedMs,
      endedMs: null,
      runtimeMs: null,
      worker: summary.worker?.hostname ?? known.worker,
    }),
  };
  return {
    task,
    resultJson: stored === undefined ? null : resultJsonOf(stored),
    traceback: stored?.traceback ?? null,
    storedState: stored?.state ?? null,
    progress: stored === undefined ? null : progressOf(stored),
    runs: entry?.runs ?? [],
    canvas: canvasOf(window.canvas(id), id),
    log: await stack.taskLog.linesOf(loggedTaskOf(task, entry, stack.system.now())),
  };
}

function loggedTaskOf(
  { id, worker, receivedMs, endedMs }: TaskRow,
  entry: TaskEntry | undefined,
  nowMs: number,
): LoggedTask {
  const runs = entry?.runs ?? [];
  return {
    id,
    workers: [...new Set([worker, ...runs.map((run) => run.worker)])],
    fromMs: runs[0]?.receivedMs ?? receivedMs,
    toMs: endedMs ?? nowMs,
  };
}

/** A task of which the history knows nothing: it ran before, or in a worker in Python. */
function rowOf(id: string, stored: StoredResult | undefined): TaskRow {
  const endedMs = stored?.dateDone ? Date.parse(`${stored.dateDone.replace(/(Z|[+-]\d\d:\d\d)$/, '')}Z`) : null;
  return {
    ...{ id, task: stored?.request?.name ?? '', state: stored?.state ?? 'PENDING' },
    ...{ queue: stored?.request?.queue ?? '', worker: stored?.request?.worker ?? '' },
    ...{ receivedMs: endedMs ?? 0, startedMs: null, endedMs, runtimeMs: null, retries: stored?.request?.retries ?? 0 },
    args: stored?.request ? shown(stored.request.args) : '',
    kwargs: stored?.request ? shown(stored.request.kwargs) : '',
    error: stored?.exception ? `${stored.exception.type}(${shown(stored.exception.args).slice(1, -1)})` : null,
    ...{ rootId: id, parentId: stored?.parentId ?? null },
  };
}

/** Null for a task without a result: it failed, waits, or its result was forgotten. */
function resultJsonOf({ state, result, exception }: StoredResult): string | null {
  if (exception !== null || state === 'PENDING') return null;
  return shown(result);
}

/** A value in JSON, without the values of secrets. */
function shown(value: unknown): string {
  return stringifyPythonJson(redact(parsePythonJson(stringifyPythonJson(value))));
}

/** How far a task is, by the meta of its state, which Celery's documentation shows as `{"current": 3, "total": 10}`. */
function progressOf({ state, result }: StoredResult): TaskDetail['progress'] {
  if (finalStates.includes(state) || typeof result !== 'object' || result === null) return null;
  const { current, total, message } = result as Readonly<Record<string, unknown>>;
  const number = (value: unknown) => (typeof value === 'number' ? value : null);
  const progress = {
    current: number(current),
    total: number(total),
    message: typeof message === 'string' ? message : null,
  };
  return progress.current === null && progress.total === null ? null : progress;
}
