import { loseConnections } from './network.ts';
import { createProcess, type Process } from './process.ts';
import {
  createSimulatedFunction,
  type SimulatedFunction,
  type SimulatedFunctionOptions,
  timeoutMs,
} from './simulatedFunction.ts';
import type { Services, World } from './world.ts';

export interface EventSourceMappingOptions {
  /** The name of the queue in SQS. */
  readonly queue: string;
  /** Functions at the same time. */
  readonly maxConcurrency: number;
  /** How far the clocks of the functions are off at most, in ms. */
  readonly maxClockOffsetMs: number;
  /** Whether the functions consume dead letters, in place of running tasks. @default false */
  readonly consumesDeadLetters?: boolean;
  /** What a function is made of. */
  readonly partsOf: (process: Process) => Services & Pick<SimulatedFunctionOptions, 'pool' | 'girder'>;
}

/** Passes the messages of a queue to functions, in batches, as Lambda does. */
export interface EventSourceMapping {
  readonly invocations: number;
  /** Whether no function runs. */
  isIdle(): boolean;
}

/** Between two polls, in ms: longer while no message comes, so that days of virtual time cost little. */
const pollPeriodMs = { first: 200, max: 10_000 };

export function startEventSourceMapping(world: World, options: EventSourceMappingOptions): EventSourceMapping {
  const { system, random, faults, observer, queues } = world;
  const { queue, maxConcurrency, maxClockOffsetMs, consumesDeadLetters = false, partsOf } = options;
  const functions: SimulatedFunction[] = [];
  let invocations = 0;
  let pauseMs = pollPeriodMs.first;

  const freeFunction = (): SimulatedFunction | undefined => {
    const alive = functions.filter(({ process }) => !process.isDead);
    functions.length = 0;
    functions.push(...alive);
    const free = alive.find(({ isBusy }) => !isBusy);
    if (free || alive.length === maxConcurrency) return free;
    const clockOffsetMs = Math.round((random() * 2 - 1) * maxClockOffsetMs);
    const process = createProcess({ name: `function ${invocations} of ${queue}`, world: system, clockOffsetMs });
    const created = createSimulatedFunction({ process, observer, consumesDeadLetters, ...partsOf(process) });
    functions.push(created);
    return created;
  };

  const invoke = async (target: SimulatedFunction) => {
    const records = world.receive(queue, {
      maxMessages: 1 + Math.floor(random() * 10),
      visibilityTimeoutSeconds: (6 * timeoutMs) / 1000,
    });
    if (records.length === 0) return;
    pauseMs = pollPeriodMs.first;
    invocations += 1;
    if (faults.draw('throttledInvocation', target.process.name)) return;
    loseConnections(target.process, faults);
    target.process.thaw();
    const settled = await target.invoke(records);
    target.process.freeze();
    for (const { eventSourceARN: queueArn, receiptHandle } of settled ?? []) {
      // A deletion whose request fails: the message is delivered again.
      if (!faults.draw('lostAnswer', 'the deletion of a message'))
        await queues.acknowledge({ queueArn, receiptHandle });
    }
  };

  const poll = () => {
    for (let target = freeFunction(); target; target = freeFunction()) {
      if (!world.hasVisible(queue)) break;
      void invoke(target);
      if (!target.isBusy) break;
    }
    system.startTimer(poll, pauseMs);
    pauseMs = Math.min(2 * pauseMs, pollPeriodMs.max);
  };
  poll();

  return {
    get invocations() {
      return invocations;
    },
    isIdle: () => functions.every(({ isBusy, process }) => !isBusy || process.isDead),
  };
}
