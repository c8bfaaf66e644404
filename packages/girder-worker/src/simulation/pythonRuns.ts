import type { Process } from './process.ts';

/**
 * What Python workers do to tasks. They have no claims: such a task may run twice, at the same time and after its end. And a message that
 * is deleted before its task runs is lost if the worker dies.
 */
export interface PythonRuns {
  /** A client sends these tasks as one flow; the result that it waits for has the id `flow`. */
  sent(flow: string, ids: readonly string[]): void;
  began(id: string): void;
  /** A process deletes the message of a task before it runs it. */
  acknowledged(id: string, process: Process): void;
  /** A process stores the result of a member of a chord, and counts it then. If it dies in between, our workers do not count the member. */
  stores(id: string, process: Process): void;
  /** A Python worker has counted more members than the chord has: Celery sends no body then. */
  countedTooMany(body: string): void;
  /** The process has stored and published what follows from the task. */
  settled(id: string, process: Process): void;
  /** A Python worker has failed the body of a chord, as it found no group, a failed member, or one without a result. */
  failedBody(id: string): void;
  /** Whether a Python worker still runs a task whose message is deleted, or stores what follows one. */
  isBusy(): boolean;
  /** Whether a Python worker has run the task. */
  hasRun(id: string): boolean;
  /** Whether the result of a flow may be another, because of what a Python worker did. */
  mayDiffer(flow: string): boolean;
}

export function createPythonRuns(): PythonRuns {
  const flows = new Map<string, string>();
  const run = new Set<string>();
  const brokenBodies = new Set<string>();
  /** The tasks of each flow whose messages were deleted and that are not settled, with the processes that run them. */
  const unsettled = new Map<string, Map<string, Process>>();
  const unsettledOf = (id: string): Map<string, Process> => {
    const flow = flows.get(id) ?? id;
    const processes = unsettled.get(flow) ?? new Map<string, Process>();
    unsettled.set(flow, processes);
    return processes;
  };

  return {
    sent(flow, ids) {
      for (const id of ids) flows.set(id, flow);
    },
    began: (id) => void run.add(id),
    acknowledged: (id, process) => void unsettledOf(id).set(id, process),
    stores: (id, process) => void unsettledOf(id).set(id, process),
    countedTooMany: (id) => void brokenBodies.add(flows.get(id) ?? id),
    settled(id, process) {
      if (unsettledOf(id).get(id) === process) unsettledOf(id).delete(id);
    },
    failedBody: (id) => void brokenBodies.add(flows.get(id) ?? id),
    isBusy: () => [...unsettled.values()].some((processes) => [...processes.values()].some(({ isDead }) => !isDead)),
    hasRun: (id) => run.has(id),
    mayDiffer: (flow) =>
      brokenBodies.has(flow) || [...(unsettled.get(flow)?.values() ?? [])].some(({ isDead }) => isDead),
  };
}
