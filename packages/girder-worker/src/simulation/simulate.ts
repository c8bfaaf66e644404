// Loaded before the dispatcher loads them: virtual time does not wait until an import has ended.
import '../dispatch/continuationPlanner.ts';
import '../dispatch/refusedTasks.ts';
import type { Pool } from '../execution/pool.ts';
import type { Attributes } from '../store/dynamodb/attributeValues.ts';
import type { ResultStore } from '../store/resultStore.ts';
import { yieldToEventLoop } from '../system/eventLoop.ts';
import type { MemoryQueueSettings } from '../transport/memoryTransport.ts';
import type { QueueConsumer } from '../transport/queueConsumer.ts';
import { isFifo } from '../transport/queueName.ts';
import type { Transport } from '../transport/transport.ts';
import { startEventSourceMapping } from './eventSourceMapping.ts';
import type { FaultCounts, Faults } from './faultKinds.ts';
import type { Fault, FaultId } from './faultSource.ts';
import type { Violation } from './invariants.ts';
import type { Process } from './process.ts';
import { startPythonWorkers } from './pythonWorkers.ts';
import { createSimulatedClient } from './simulatedClient.ts';
import { createSimulatedGirder } from './simulatedGirder.ts';
import { createSimulatedPool, taskIdOf } from './simulatedPool.ts';
import { startWorkers } from './workers.ts';
import { fifoQueue, longQueue, missingQueue, sharedQueue } from './workload.ts';
import { createWorld } from './world.ts';

export interface SimulationOptions {
  /** At least so many tasks are sent. */
  readonly tasks: number;
  /** Decides everything that is random: the same seed gives the same run. */
  readonly seed: number;
  readonly faults: Faults;
  /** The flows that are sent, by their seeds, instead of random ones. @default random flows with so many tasks */
  readonly flowSeeds?: readonly number[] | undefined;
  /** Only these faults happen, at their chances. @default all that `faults` makes happen */
  readonly onlyFaults?: readonly FaultId[] | undefined;
  /** Decides latencies and durations. @default what follows from the seed */
  readonly timingSeed?: number | undefined;
  /** Functions at the same time. @default 20 */
  readonly maxConcurrency?: number;
  /** Long-running workers at the same time. @default 2 */
  readonly workers?: number;
  /** Workers of Celery in Python at the same time. @default 2 */
  readonly pythonWorkers?: number;
  /** How long a worker runs at most until it dies or is shut down, in ms. @default two hours */
  readonly maxWorkerLifeMs?: number;
  /** How far the clocks of the functions and workers are off at most, in ms. @default 90000 */
  readonly maxClockOffsetMs?: number;
  /** Called with each item that is written to the table, and its key. @default not called */
  readonly onWrite?: ((key: string, item: Attributes) => void) | undefined;
  /** The members of a chord that the client sends before all others. @default it sends no such chord */
  readonly chordMembers?: number | undefined;
  /** The id of a task whose history is told. @default none */
  readonly trace?: string | undefined;
  /** Changes the store of a process, to see whether the invariants notice. @default unchanged */
  readonly mutateStore?: (store: ResultStore) => ResultStore;
  /** Changes the queues of a process. @default unchanged */
  readonly mutateTransport?: (transport: Transport) => Transport;
  /** Changes the queues from which a worker receives. @default unchanged */
  readonly mutateConsumer?: (consumer: QueueConsumer) => QueueConsumer;
  /** Changes what runs the tasks of a function or a worker. @default unchanged */
  readonly mutatePool?: (pool: Pick<Pool, 'run'>) => Pick<Pool, 'run'>;
}

/** What happened in a simulation. */
export interface SimulationReport {
  readonly tasks: number;
  /** The seeds of the flows that were sent, and the flows as texts. */
  readonly flowSeeds: readonly number[];
  readonly flowTexts: readonly string[];
  readonly runs: number;
  readonly chordBodies: number;
  readonly messages: number;
  readonly maxMessagesPerTask: number;
  readonly deadLetters: number;
  readonly invocations: number;
  /** The long-running workers that were started. */
  readonly workers: number;
  /** The Python workers that were started, and the messages that they ran. */
  readonly pythonWorkers: number;
  readonly pythonRuns: number;
  /** The calls of clients that revoke a task, and those that forget a result. */
  readonly revoked: number;
  readonly forgotten: number;
  readonly requests: number;
  /** How often each fault happened. */
  readonly faults: FaultCounts;
  /** The faults that happened, in their order. */
  readonly happened: readonly Fault[];
  readonly virtualHours: number;
  readonly violations: readonly Violation[];
  /** The history of the task to trace. */
  readonly history: readonly string[];
}

const functionQueues = ['celery', fifoQueue, sharedQueue];
const queueNames = [...functionQueues, longQueue];
/** As `serverless.yml` sets it. */
const maxReceiveCountOf = (name: string) => (isFifo(name) ? 900 : 10);

const undelivered = (name: string) => name.replace(/(\.fifo)?$/, '-undelivered$1');
const deadLettersOf = (name: string) => name.replace(/(\.fifo)?$/, '-dead-letters$1');
const allQueues = queueNames.flatMap((name) => [name, undelivered(name)]);

/** The settings of a queue and of that of its undelivered messages, as `serverless.yml` makes them. */
function queueSettings(name: string): readonly (readonly [string, MemoryQueueSettings])[] {
  const maxReceiveCount = maxReceiveCountOf(name);
  return [
    [name, { maxReceiveCount, deadLetterQueue: undelivered(name) }],
    [undelivered(name), { maxReceiveCount: maxReceiveCount + 100, deadLetterQueue: deadLettersOf(name) }],
  ];
}

/** After the last flow was sent, everything has ended in less: visibility timeouts and retention are shorter. */
const patienceMs = 14 * 24 * 3600 * 1000;

/** After so many, the simulation ends. */
const maxViolations = 20;

/** The client looks for results once in so many steps. */
const stepsPerLook = 50;

const unchanged = <T>(part: T): T => part;

/** Runs the dispatcher, the store and the canvas code in a world of faults, in virtual time. */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const { tasks, flowSeeds, seed, timingSeed = seed, faults, onlyFaults, trace } = options;
  const { maxConcurrency = 20, workers = 2, pythonWorkers = 2, maxClockOffsetMs = 90_000 } = options;
  const { mutateStore = unchanged, mutateTransport = unchanged, mutatePool = unchanged } = options;
  const { mutateConsumer = unchanged, maxWorkerLifeMs: maxLifeMs = 2 * 3600 * 1000 } = options;
  const world = createWorld({
    ...{ seed, timingSeed, faults, trace, onWrite: options.onWrite, onlyFaults: onlyFaults && new Set(onlyFaults) },
    queues: {
      ...Object.fromEntries(queueNames.flatMap(queueSettings)),
      [missingQueue]: { refusal: `There is no queue "${missingQueue}".` },
    },
  });
  const { system, observer, queues } = world;
  const partsOf = (process: Process) => {
    const { store, transport } = world.servicesFor(process);
    return {
      store: mutateStore(store),
      transport: mutateTransport(transport),
      mutateConsumer,
      girder: createSimulatedGirder(process, world.faults),
      pool: mutatePool(createSimulatedPool(process, observer)),
    };
  };
  const mappings = [
    ...functionQueues.map((name) =>
      startEventSourceMapping(world, { queue: name, maxConcurrency, maxClockOffsetMs, partsOf }),
    ),
    ...queueNames.map((name) =>
      startEventSourceMapping(world, {
        ...{ queue: undelivered(name), maxConcurrency: 2, maxClockOffsetMs, partsOf },
        consumesDeadLetters: true,
      }),
    ),
  ];
  startWorkers(world, { count: workers, queues: queueNames, maxClockOffsetMs, maxLifeMs, partsOf });
  startPythonWorkers(world, { count: pythonWorkers, queue: sharedQueue });
  const { store, transport } = world.reliableServices();
  const client = createSimulatedClient(world, {
    tasks,
    flowSeeds,
    chordMembers: options.chordMembers,
    transport,
    store: mutateStore(store),
  });

  const isIdle = () =>
    allQueues.every((name) => queues.messages(name).length === 0) &&
    mappings.every((mapping) => mapping.isIdle()) &&
    !observer.python.isBusy();
  let giveUpMs = Number.POSITIVE_INFINITY;
  for (let step = 0; system.now() < giveUpMs; step++) {
    if (step % stepsPerLook === 0) {
      await yieldToEventLoop(); // The processes have done what they do at this time: the order of promises decides nothing.
      await client.sendMore();
      if (client.hasSentAll() && giveUpMs === Number.POSITIVE_INFINITY) giveUpMs = system.now() + patienceMs;
      if ((client.hasSentAll() && isIdle()) || observer.violations.length > maxViolations) break;
    }
    await system.advanceToNext();
  }

  const deadLetters = queueNames.flatMap((name) => queues.messages(deadLettersOf(name)));
  for (const { body } of deadLetters) observer.deadLetter(taskIdOf(body));
  observer.finish();
  return {
    ...{ tasks: client.tasks, flowSeeds: client.flowSeeds, flowTexts: client.flowTexts, ...world.counts },
    ...{ faults: world.faults.counts, happened: world.faults.happened },
    invocations: mappings.reduce((sum, mapping) => sum + mapping.invocations, 0),
    runs: observer.runs,
    chordBodies: observer.bodies,
    maxMessagesPerTask: observer.messages.most,
    deadLetters: deadLetters.length,
    virtualHours: (system.now() - Date.UTC(2026, 0, 1)) / 3_600_000,
    violations: observer.violations,
    history: observer.history,
  };
}
