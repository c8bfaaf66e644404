import { createDeadLetterConsumer } from '../dispatch/deadLetters.ts';
import type { DeliveryFaults } from '../dispatch/deliveryFaults.ts';
import type { LeaseOptions } from '../dispatch/deps.ts';
import { createDispatcher, type Dispatcher } from '../dispatch/dispatcher.ts';
import type { Pool } from '../execution/pool.ts';
import type { Registry } from '../registry/registry.ts';
import type { Observer } from './observer.ts';
import type { Process } from './process.ts';
import type { SimulatedGirder } from './simulatedGirder.ts';
import { taskNames } from './workload.ts';
import type { Services } from './world.ts';

export interface SimulatedDispatcherOptions extends Services {
  readonly process: Process;
  readonly pool: Pick<Pool, 'run'>;
  readonly girder: SimulatedGirder;
  readonly observer: Observer;
  /** @default false */
  readonly consumesDeadLetters?: boolean;
  /** Of a worker. */
  readonly lease?: LeaseOptions;
  readonly faults?: DeliveryFaults;
}

const parameters = { positional: [], rest: 'args', keywordRest: 'kwargs' } as const;
const entry = { plugin: 'sim@1', options: {}, parameters, load: () => undefined };
const registry: Registry = { settings: {}, tasks: Object.fromEntries(taskNames.map((name) => [name, entry])) };

/** The dispatcher of a process, with the tasks of the workload. Its log lines go into the history of their tasks. */
export function createSimulatedDispatcher(options: SimulatedDispatcherOptions): Dispatcher {
  const { process, pool, store, transport, girder, observer, lease, faults } = options;
  const create = options.consumesDeadLetters ? createDeadLetterConsumer : createDispatcher;
  const dispatch = create({
    ...{ registry, pool, solo: pool, store, transport, lease, system: process.system },
    ...girder,
    log: observer.logOf(process),
    worker: { pid: 1, hostname: process.name },
    revocationPeriodMs: 5000,
    ...(faults && { faults }),
  });
  return (event, invocation) => {
    observer.invoked(process, invocation.requestId);
    return dispatch(event, invocation);
  };
}
