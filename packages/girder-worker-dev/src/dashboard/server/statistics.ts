import type { OverviewSeries, RunRow, TaskStatistics } from '../data.ts';
import type { TaskEntry } from './taskEntry.ts';

/** The intervals of a time, in ms since 1970. */
export interface Intervals {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

/** What a run counts as; runs of other states count as nothing, because their task goes on. */
const countedAs = { SUCCESS: 'succeeded', FAILURE: 'failed', RETRY: 'retried', REVOKED: 'revoked' } as const;
type Counted = (typeof countedAs)[keyof typeof countedAs];

/** The most intervals of a chart, and the lengths that an interval may have, in seconds. */
const maxIntervals = 120;
const stepSeconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400];

/** The most tasks whose statistics are told. */
const maxTasks = 50;

/** Returns intervals of a round length that end with the one that is under way. */
export function intervalsOf(minutes: number, nowMs: number): Intervals {
  const seconds = stepSeconds.find((step) => (minutes * 60) / step <= maxIntervals) ?? stepSeconds.at(-1)!;
  const stepMs = seconds * 1000;
  const toMs = (Math.floor(nowMs / stepMs) + 1) * stepMs;
  return { stepMs, toMs, fromMs: toMs - Math.ceil((minutes * 60_000) / stepMs) * stepMs };
}

/** The runs of the entries that ended in a time. */
export function runsIn(entries: readonly TaskEntry[], { fromMs, toMs }: Intervals): RunRow[] {
  return entries.flatMap(({ runs }) => runs.filter(({ endedMs }) => endedMs >= fromMs && endedMs < toMs));
}

export function seriesOf(runs: readonly RunRow[], { fromMs, toMs, stepMs }: Intervals): OverviewSeries {
  const parts = Array.from({ length: Math.round((toMs - fromMs) / stepMs) }, () => newGroup());
  for (const run of runs) count(parts[Math.floor((run.endedMs - fromMs) / stepMs)]!, run);
  const counts = (counted: Counted) => parts.map((part) => part[counted]);
  const runtimes = parts.map(({ runtimesMs }) => runtimesMs.sort((a, b) => a - b));
  const percentile = (fraction: number) => runtimes.map((sorted) => percentileOf(sorted, fraction));
  return {
    atMs: parts.map((_, index) => fromMs + index * stepMs),
    ...{ succeeded: counts('succeeded'), failed: counts('failed') },
    ...{ retried: counts('retried'), revoked: counts('revoked') },
    ...{ p50Ms: percentile(0.5), p95Ms: percentile(0.95), p99Ms: percentile(0.99) },
  };
}

/** The statistics of each task, those with the most runs first. */
export function taskStatistics(runs: readonly RunRow[]): TaskStatistics[] {
  const groups = new Map<string, Group>();
  for (const run of runs) {
    const group = groups.get(run.task) ?? newGroup();
    groups.set(run.task, group);
    count(group, run);
  }
  return [...groups]
    .sort(([, a], [, b]) => b.runs - a.runs)
    .slice(0, maxTasks)
    .map(([task, { succeeded, failed, retried, revoked, runtimesMs, exceptions }]) => {
      const sorted = runtimesMs.sort((a, b) => a - b);
      const [p50Ms, p95Ms, p99Ms] = [0.5, 0.95, 0.99].map((fraction) => percentileOf(sorted, fraction));
      const [exception = null] = [...exceptions].sort(([, a], [, b]) => b - a)[0] ?? [];
      return {
        ...{ task, succeeded, failed, retried, revoked, exception },
        ...{ p50Ms: p50Ms ?? null, p95Ms: p95Ms ?? null, p99Ms: p99Ms ?? null },
      };
    });
}

/** The value that this fraction of sorted values does not exceed (the nearest rank); null if there is none. */
export function percentileOf(sorted: readonly number[], fraction: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * fraction) - 1)] ?? null;
}

interface Group extends Record<Counted, number> {
  runs: number;
  readonly runtimesMs: number[];
  /** How often each class of exception was the end of a run. */
  readonly exceptions: Map<string, number>;
}

function newGroup(): Group {
  return { runs: 0, succeeded: 0, failed: 0, retried: 0, revoked: 0, runtimesMs: [], exceptions: new Map() };
}

function count(group: Group, { state, startedMs, endedMs, error }: RunRow): void {
  const counted = Object.hasOwn(countedAs, state) ? countedAs[state as keyof typeof countedAs] : undefined;
  if (counted === undefined) return;
  group.runs += 1;
  group[counted] += 1;
  if (startedMs !== null && (state === 'SUCCESS' || state === 'FAILURE')) group.runtimesMs.push(endedMs - startedMs);
  if (state !== 'FAILURE' || error === null) return;
  const name = /^[\w.]+/.exec(error)?.[0] ?? error;
  group.exceptions.set(name, (group.exceptions.get(name) ?? 0) + 1);
}
