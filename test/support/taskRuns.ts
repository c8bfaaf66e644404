import { readFileSync } from 'node:fs';

/** The environment variable that names the file to which the tasks of the plugin `faulttasks` append a line for each run. */
export const runsVariable = 'GIRDER_WORKER_TEST_RUNS';

/** A run of a task; of an errback that the worker calls, with the id of the failed task. */
export interface RecordedRun {
  /** The name of the function. */
  readonly task: string;
  readonly id: string;
  readonly retries: number;
  /** The process that ran it. */
  readonly pid: number;
}

export function readRuns(file: string): RecordedRun[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [task, id, retries, pid] = line.split(' ');
      return { task: task!, id: id!, retries: Number(retries), pid: Number(pid) };
    });
}

/**
 * Returns the runs that were not the first one of their retry, although the process of the run before had not been killed: a
 * worker may run a task again only if the worker before it died.
 */
export function repeatedWithoutDeath(runs: readonly RecordedRun[], killed: ReadonlySet<number>): RecordedRun[] {
  const last = new Map<string, RecordedRun>();
  return runs.filter((run) => {
    const key = `${run.task} ${run.id} ${run.retries}`;
    const before = last.get(key);
    last.set(key, run);
    return before !== undefined && !killed.has(before.pid);
  });
}
