import { type RunResult, resultOf } from '../execution/protocol.ts';
import { endedBySoftLimit, type RunLimits } from '../execution/runLimits.ts';
import { failureOf } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { System } from '../system/system.ts';
import type { Behavior } from './behavior.ts';
import type { SimulatedCore } from './simulatedCore.ts';

/** The run of a task, which can be stopped. */
export interface SimulatedRun {
  /** Asks the task to stop. */
  cancel(): void;
  /** Ends its thread, unless its code survives that for a while. */
  terminate(outcome: Outcome): void;
}

export interface SimulatedRunOptions {
  readonly behavior: Behavior;
  readonly limits: RunLimits;
  readonly system: System;
  readonly core: SimulatedCore;
  /** Returns how the task ends by itself; undefined if it has ended its process. */
  readonly outcome: () => Outcome | undefined;
  /** Called when the dispatcher learns the result, at most once. */
  readonly onResult: (result: RunResult) => void;
  /** Called when the code of the task runs no longer. */
  readonly onEnd: () => void;
}

/** After this time the pool answers, although the thread that it terminates has not ended; see `execution/poolThread.ts`. */
const terminationGraceMs = 200;

/** Begins a run. */
export function startRun(options: SimulatedRunOptions): SimulatedRun {
  const { behavior, limits, system, core, outcome, onResult, onEnd } = options;
  const { durationMs, computes, stopsAfterMs, survivesMs } = behavior;
  const utilization = computes ? 1 : 0;
  const timers: (() => void)[] = [];
  const after = (ms: number, callback: () => void) => timers.push(system.startTimer(callback, ms));
  let hasResult = false;
  let isTerminated = false;
  let hasEnded = false;

  const settle = (result: RunResult) => {
    if (hasResult) return;
    hasResult = true;
    onResult(result);
  };
  /** The code of the task has ended. */
  const end = (result: RunResult | undefined) => {
    if (hasEnded) return;
    hasEnded = true;
    for (const cancelTimer of timers) cancelTimer();
    onEnd();
    if (result) settle(result);
  };
  const finish = () => {
    const own = outcome();
    if (own) end(resultOf(own));
  };
  const terminate = (given: Outcome) => {
    if (isTerminated || hasEnded) return;
    isTerminated = true;
    const result = resultOf(given);
    if (survivesMs === 0) return end(result);
    after(terminationGraceMs, () => settle({ ...result, isThreadAlive: true }));
    after(survivesMs, () => end(result));
  };
  const stop = (failure: Outcome) => {
    if (stopsAfterMs === undefined) return;
    after(stopsAfterMs, () => end(endedBySoftLimit(resultOf(failure), limits, utilization)));
  };

  if (computes) timers.push(core.compute(durationMs, finish));
  else after(durationMs, finish);
  const { softMs, hard } = limits;
  if (softMs !== undefined) after(softMs, () => stop(softTimeLimitExceeded));
  if (hard) after(hard.ms, () => terminate(hard.outcome(utilization)));
  return { cancel: () => stop(canceled), terminate };
}

const softTimeLimitExceeded: Outcome = {
  state: 'FAILURE',
  failure: failureOf('SoftTimeLimitExceeded', [], 'billiard.exceptions'),
};

/** What a task ends with that looks at `this.canceled`. */
const canceled: Outcome = { state: 'FAILURE', failure: failureOf('TaskError', ['It was canceled.']) };
