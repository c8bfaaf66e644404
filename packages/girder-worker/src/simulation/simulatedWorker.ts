import { createDeliveryFaults } from '../dispatch/deliveryFaults.ts';
import type { LeaseOptions } from '../dispatch/deps.ts';
import type { Pool } from '../execution/pool.ts';
import type { QueueConsumer } from '../transport/queueConsumer.ts';
import { createAbortablePool } from '../worker/abortablePool.ts';
import { startPoller } from '../worker/poller.ts';
import type { Process } from './process.ts';
import { createSimulatedConsumer } from './simulatedConsumer.ts';
import { createSimulatedDispatcher } from './simulatedDispatcher.ts';
import type { SimulatedGirder } from './simulatedGirder.ts';
import type { Services, World } from './world.ts';

/** The long-running worker: its poller, its leases and its two ways to shut down. */
export interface SimulatedWorker {
  /** Receives no more messages. Resolves when none runs any more. */
  drain(): Promise<void>;
  /** Terminates the tasks that run: their messages return to their queues. */
  abort(): void;
}

export interface SimulatedWorkerOptions extends Services {
  readonly process: Process;
  readonly pool: Pick<Pool, 'run'>;
  readonly girder: SimulatedGirder;
  readonly mutateConsumer: (consumer: QueueConsumer) => QueueConsumer;
  /** The names of the queues in SQS. */
  readonly queues: readonly string[];
}

/** As `girder-worker worker` has them without options. */
const lease: LeaseOptions = { leaseMs: 60_000, periodMs: 20_000 };
const concurrency = 4;

export function startSimulatedWorker(world: World, options: SimulatedWorkerOptions): SimulatedWorker {
  const { process, queues, transport, mutateConsumer } = options;
  const { observer } = world;
  const log = observer.logOf(process);
  const faults = createDeliveryFaults({ log, system: process.system });
  const pool = createAbortablePool(options.pool);
  const dispatch = createSimulatedDispatcher({ ...options, pool, observer, lease, faults });
  const poller = startPoller({
    queues: queues.map((queue) => mutateConsumer(createSimulatedConsumer(world, process, queue))),
    ...{ dispatch, transport, concurrency, lease, faults, log, system: process.system },
  });
  return { drain: poller.drain, abort: pool.abort };
}
