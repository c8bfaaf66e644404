import { taskOf } from '../canvas/signatures/signature.ts';
import { epochOf } from '../dispatch/taskRun.ts';
import type { Pool, ResolveLimits, RunResult } from '../execution/pool.ts';
import { resultOf } from '../execution/protocol.ts';
import { decode } from '../message/decode.ts';
import type { Message } from '../message/message.ts';
import { failureOf } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import { behaviorOf } from './behavior.ts';
import type { Observer } from './observer.ts';
import type { Process } from './process.ts';
import { createSimulatedCore } from './simulatedCore.ts';
import { type SimulatedRun, startRun } from './simulatedRun.ts';

/** The times that `sim.retries` is tried again. */
const retries = 2;

/** Runs the tasks of the workload in a process of the simulation, in virtual time. */
export function createSimulatedPool(process: Process, observer: Observer): Pick<Pool, 'run'> {
  const { system } = process;
  const core = createSimulatedCore(system);
  return {
    run(body, _listener, resolveLimits = () => ({})) {
      const { promise: ended, resolve } = Promise.withResolvers<RunResult>();
      let run: SimulatedRun | undefined;
      let isTerminated = false;
      void decode(body).then((message) => {
        if (!isTerminated) run = begin(message, resolveLimits, resolve);
      });
      return {
        ended,
        cancel: () => run?.cancel(),
        terminate(outcome) {
          if (run) return run.terminate(outcome);
          isTerminated = true;
          resolve(resultOf(outcome));
        },
      };
    },
  };

  /** Begins the task of a message. Returns undefined if it must not begin any more. */
  function begin(message: Message, resolveLimits: ResolveLimits, resolve: (result: RunResult) => void) {
    const limits = resolveLimits();
    if ('state' in limits) {
      resolve(resultOf(limits));
      return undefined;
    }
    const { id, task } = message;
    const behavior = behaviorOf(task, system.random);
    const run = {
      id,
      rootId: message.rootId,
      task,
      epoch: epochOf(message),
      process,
      isNative: behavior.survivesMs > 0,
    };
    observer.began(run);
    if (task === 'sim.body') observer.gotResults(id, message.args[0], message.kwargs.expected);
    return startRun({
      ...{ behavior, limits, system, core },
      outcome() {
        if (task !== 'sim.killsWorker') return outcomeOf(message, system.now());
        process.die();
        return undefined;
      },
      onResult(result) {
        observer.settled(run, result.outcome.state);
        resolve(result);
      },
      onEnd: () => observer.ended(run),
    });
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
