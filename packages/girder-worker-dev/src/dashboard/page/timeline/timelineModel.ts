import type { RunRow, TaskRow } from '../../data.ts';

/** What a delivery did in a time: it waited in the worker for a thread, or ran. */
export interface Phase {
  readonly kind: 'wait' | 'run';
  readonly fromMs: number;
  readonly toMs: number;
}

/** A delivery of the message of a task. */
export interface TimelineRow {
  readonly state: string;
  readonly receivedMs: number;
  /** Null while it runs. */
  readonly endedMs: number | null;
  readonly phases: readonly Phase[];
  /** When its retry is due. */
  readonly dueMs: number | null;
  readonly run: RunRow | null;
}

/** A time in which nothing happened, and that is therefore drawn short. */
export interface Break {
  /** From 0 to 1. */
  readonly at: number;
  readonly width: number;
  readonly ms: number;
}

export interface Timeline {
  readonly fromMs: number;
  readonly toMs: number;
  readonly rows: readonly TimelineRow[];
  readonly breaks: readonly Break[];
  /** Where a time stands between the left edge, 0, and the right one, 1. */
  position(atMs: number): number;
}

/** A pause is drawn short if it is longer than all other times together; it then has this part of the width. */
const breakShare = 0.08;

/** Returns the timeline of a task: its runs, and the delivery that is not over yet. */
export function timelineOf(task: TaskRow, runs: readonly RunRow[], nowMs: number): Timeline {
  const rows = runs.map(rowOf);
  if (task.endedMs === null && task.startedMs !== null && !runs.some((run) => run.startedMs === task.startedMs))
    rows.push(presentRow(task, runs, Math.max(nowMs, task.startedMs)));
  const fromMs = Math.min(...rows.map(({ receivedMs }) => receivedMs), Infinity);
  const toMs = Math.max(...rows.flatMap(({ phases, dueMs }) => [...phases.map((phase) => phase.toMs), dueMs ?? 0]), 0);
  if (rows.length === 0) return { fromMs: 0, toMs: 0, rows, breaks: [], position: () => 0 };
  const scale = scaleOf(rows, fromMs, toMs);
  return { fromMs, toMs, rows, ...scale };
}

function rowOf(run: RunRow): TimelineRow {
  const { state, receivedMs, startedMs, endedMs, dueMs } = run;
  const phases: Phase[] = [{ kind: 'wait', fromMs: receivedMs, toMs: startedMs ?? endedMs }];
  if (startedMs !== null) phases.push({ kind: 'run', fromMs: startedMs, toMs: endedMs });
  return { state, receivedMs, endedMs, phases, dueMs, run };
}

/** The delivery that runs now: its time of receipt may be that of an earlier one. */
function presentRow(task: TaskRow, runs: readonly RunRow[], nowMs: number): TimelineRow {
  const isEarlier = task.receivedMs > task.startedMs! || runs.some((run) => run.receivedMs === task.receivedMs);
  const receivedMs = isEarlier ? task.startedMs! : task.receivedMs;
  const phases: Phase[] = [
    { kind: 'wait', fromMs: receivedMs, toMs: task.startedMs! },
    { kind: 'run', fromMs: task.startedMs!, toMs: nowMs },
  ];
  return { state: task.state, receivedMs, endedMs: null, phases, dueMs: null, run: null };
}

/** A scale in which long pauses are short, so that the runs on both sides of one can be seen. */
function scaleOf(rows: readonly TimelineRow[], fromMs: number, toMs: number): Pick<Timeline, 'breaks' | 'position'> {
  const busy = rows.flatMap(({ phases }) => phases).sort((a, b) => a.fromMs - b.fromMs);
  const pauses: { fromMs: number; toMs: number }[] = [];
  let reached = fromMs;
  for (const phase of busy) {
    if (phase.fromMs > reached) pauses.push({ fromMs: reached, toMs: phase.fromMs });
    reached = Math.max(reached, phase.toMs);
  }
  if (toMs > reached) pauses.push({ fromMs: reached, toMs });
  const length = ({ fromMs: from, toMs: to }: { fromMs: number; toMs: number }) => to - from;
  const busyMs = toMs - fromMs - pauses.reduce((sum, pause) => sum + length(pause), 0);
  const long = pauses.filter((pause) => length(pause) > busyMs);
  const share = Math.min(breakShare, 0.5 / Math.max(1, long.length));
  const drawnMs = toMs - fromMs - long.reduce((sum, pause) => sum + length(pause), 0);
  const rest = 1 - share * long.length;
  const position = (atMs: number): number => {
    let shownMs = Math.min(Math.max(atMs, fromMs), toMs) - fromMs;
    let before = 0;
    for (const pause of long) {
      const inside = Math.min(Math.max(atMs - pause.fromMs, 0), length(pause));
      shownMs -= inside;
      before += (share * inside) / length(pause);
    }
    return before + (drawnMs === 0 ? 0 : (rest * shownMs) / drawnMs);
  };
  const breaks = long.map((pause) => ({ at: position(pause.fromMs), width: share, ms: length(pause) }));
  return { breaks, position };
}
