import { taskOf } from '../canvas/signatures/signature.ts';
import { epochOf } from '../dispatch/taskRun.ts';
import type { Pool, ResolveLimits, RunResult } from '../execution/pool.ts';
import { resultOf } from '../execution/protocol.ts';
import { decode } from '../message/decode.ts';
import type { Message } from '../message/message.ts';
import { failureOf } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { Observer } from './observer.ts';
import type { Process } from './process.ts';

/** How long a task runs, in ms. */
const taskMs = [0, 20_000] as const;

/** How long `sim.isLong` runs: longer than the timeout of a function. */
const longTaskMs = [310_000, 1_500_000] as const;

/** The times that `sim.retries` is tried again. */
const retries = 2;

/** Runs the tasks of the workload in a process of the simulation, in virtual time. */
export function createSimulatedPool(process: Process, observer: Observer): Pick<Pool, 'run'> {
  const { system } = process;
  return {
    run(body, _listener, resolveLimits = () => ({})) {
      const { promise: ended, resolve } = Promise.withResolvers<RunResult>();
      let terminate = (outcome: Outcome) => resolve(resultOf(outcome));
      void decode(body).then((message) => {
        terminate = begin(message, resolveLimits, resolve);
      });
      return { ended, cancel() {}, terminate: (outcome) => terminate(outcome) };
    },
  };

  /** Begins the task of a message. Returns the function that terminates it. */
  function begin(message: Message, resolveLimits: ResolveLimits, resolve: (result: RunResult) => void) {
    const run = { id: message.id, task: message.task, epoch: epochOf(message), process };
    let hasEnded = false;
    const end = (outcome: Outcome) => {
      if (hasEnded || process.isDead) return;
      hasEnded = true;
      observer.ended(run, outcome.state);
      resolve(resultOf(outcome));
    };
    const limits = resolveLimits();
    if ('state' in limits) {
      resolve(resultOf(limits));
      return () => undefined;
    }
    observer.began(run);
    if (message.task === 'sim.body') observer.gotResults(message.id, message.args[0], message.kwargs.expected);
    const [minMs, maxMs] = message.task === 'sim.isLong' ? longTaskMs : taskMs;
    const durationMs = minMs + system.random() * (maxMs - minMs);
    if (limits.hard && limits.hard.ms < durationMs) {
      const { ms, outcome } = limits.hard;
      system.startTimer(() => end(outcome(0)), ms);
    }
    system.startTimer(() => {
      if (message.task === 'sim.killsWorker') process.die();
      else end(outcomeOf(message, system.now()));
    }, durationMs);
    return end;
  }
}

function outcomeOf({ task, retries: tried, kwargs, args }: Message, nowMs: number): Outcome {
  switch (task) {
    case 'sim.fails':
      return { state: 'FAILURE', failure: failureOf('ValueError', ['as it must']) };
    case 'sim.retries':
      if (tried < retries) return { state: 'RETRY', etaMs: nowMs + 5000, failure: null, traceback: null };
      return success(kwargs.value ?? args.length);
    case 'sim.isReplaced': {
      const signature = { ...taskOf('sim.ok', [], kwargs), immutable: true };
      return { state: 'REPLACED', signatureJson: JSON.stringify(signature) };
    }
    default:
      return success(kwargs.value ?? args.length);
  }
}

function success(value: unknown): Outcome {
  return { state: 'SUCCESS', resultJson: JSON.stringify(value) };
}

/** The id of the task of a message that this library has encoded. */
export function taskIdOf(text: string): string {
  const { headers } = JSON.parse(Buffer.from(text, 'base64').toString()) as {
    readonly headers: { readonly id: string };
  };
  return headers.id;
}
