import type { Connections } from '../connections/connections.ts';
import { connectControl, createControlNode, createPidbox } from '../control/index.ts';
import { createDeliveryFaults } from '../dispatch/deliveryFaults.ts';
import type { LeaseOptions } from '../dispatch/deps.ts';
import { createDispatcher, type DispatcherOptions } from '../dispatch/dispatcher.ts';
import { logLateError } from '../events/lateError.ts';
import type { Log } from '../events/log.ts';
import { createPool, type LateError } from '../execution/pool.ts';
import { createSoloPool } from '../execution/soloPool.ts';
import { createGirderExtension } from '../girder/girderExtension.ts';
import { createGirderJobs } from '../girder/girderJobs.ts';
import type { Registry } from '../registry/registry.ts';
import { connectStore } from '../store/dynamodb/connectStore.ts';
import type { ResultStore } from '../store/resultStore.ts';
import { nodeSystem } from '../system/nodeSystem.ts';
import { createOutage, type Outage } from '../system/outage.ts';
import { isTransientError } from '../system/transientError.ts';
import { connectTraces, withTraces } from '../tracing/connectTraces.ts';
import type { QueueConsumer } from '../transport/queueConsumer.ts';
import { connectConsumers } from '../transport/sqs/sqsConsumer.ts';
import { connectTransport } from '../transport/sqs/sqsTransport.ts';
import type { Transport } from '../transport/transport.ts';
import { createAbortablePool } from './abortablePool.ts';
import { startDeadLetters } from './deadLetters.ts';
import type { WorkerHealth } from './health.ts';
import { type PidboxListenerOptions, startPidboxListener } from './pidboxListener.ts';
import { startPoller } from './poller.ts';
import { retryUntil } from './retryUntil.ts';
import { startWorkerHistory } from './workerHistory.ts';
import type { WorkerMetrics } from './workerMetrics.ts';

export interface WorkerOptions {
  readonly connections: Connections;
  readonly registry: Registry;
  /** The module that calls `serveTasks` with this registry. */
  readonly threadFile: URL;
  /** The node name of the worker: in its log, in STARTED results, and the destination of commands. */
  readonly node: string;
  /** Celery's names of the queues. */
  readonly queues: readonly string[];
  /** The most tasks that run at the same time. */
  readonly concurrency: number;
  /** How long after the death of this worker another worker can run its tasks. */
  readonly leaseMs: number;
  readonly log: Log;
  readonly shutdown: Shutdown;
  /** Whether the worker receives the commands of Celery's `app.control`. */
  readonly remoteControl: boolean;
  /** Learns the phases of the worker, for its probes. */
  readonly health?: Pick<WorkerHealth, 'enter'> | undefined;
  /** Counts the tasks of the worker. */
  readonly metrics?: Pick<WorkerMetrics, 'events'> | undefined;
}

/** Celery's two ways to shut a worker down. */
export interface Shutdown {
  /** Aborted for a warm shutdown: the worker receives no more messages, and running tasks may end. */
  readonly warm: AbortSignal;
  /** Aborted for a cold shutdown: running tasks are terminated, and their messages return to their queues. */
  readonly cold: AbortSignal;
  /** Begins a warm shutdown. */
  goWarm(): void;
}

/** Renewals per lease: two of them may fail before the claim ends. */
const renewalsPerLease = 3;

/** The longest that the export of the last spans takes. */
const traceLimitMs = 5000;

/** The longest that a cold shutdown takes. Messages that could not be returned by then return when their lease ends. */
const coldShutdownMs = 10_000;

/**
 * Runs the tasks of the queues until it is shut down. Retries while broker or backend do not answer. Rejects with an Error
 * that says what to do if a queue or the table does not exist, or a permission is missing.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { connections, registry, threadFile, node, concurrency, leaseMs, log, shutdown } = options;
  const store = connectStore(connections.backend);
  const transport = connectTransport(connections.broker);
  const queues = await Promise.race([connect(options, store), aborted(shutdown.warm)]);
  if (!queues) return;

  const onLateError = (error: LateError) => logLateError(log, error);
  const pool = createPool({ threadFile, concurrency, onLateError });
  pool.warmUp();
  const threads = createAbortablePool(pool);
  const extension = createGirderExtension({ registry, env: process.env });
  const solo = createAbortablePool(createSoloPool(registry, { extension, onLateError }));
  const lease: LeaseOptions = { leaseMs, periodMs: leaseMs / renewalsPerLease };
  const worker = { pid: process.pid, hostname: node };
  const faults = createDeliveryFaults({ log, system: nodeSystem });
  const traces = await connectTraces({ env: process.env, registry, log, system: nodeSystem });
  const jobs = withTraces(createGirderJobs({ env: process.env, registry, log, system: nodeSystem }), traces);
  const history = await startWorkerHistory(connections.backend, log);
  const listeners = [options.metrics, history].flatMap((listener) => (listener ? [listener.events] : []));
  const parts: DispatcherOptions = {
    ...jobs,
    events: [...jobs.events, ...listeners],
    ...{ registry, pool: threads, solo, store, transport, log, worker, lease, faults },
  };
  const dispatch = createDispatcher(parts);
  const stopDeadLetters = startDeadLetters({ parts, lease, faults, log, queues, broker: connections.broker });
  const poller = startPoller({ queues, dispatch, transport, concurrency, lease, faults, log });
  const stopRemoteControl = options.remoteControl ? startPidboxListener(commandsOf(options, transport)) : undefined;
  log.info(`${node} ready.`);

  options.health?.enter('running', {
    outages: poller.outages,
    readTable: () => store.read(node),
    threadStartingSinceMs: pool.startingSinceMs,
  });

  await aborted(shutdown.warm);
  // Tasks that still run can be revoked until they have ended.
  const drained = Promise.all([poller.drain(), stopDeadLetters()]).then(stopRemoteControl);
  const forced = aborted(shutdown.cold).then(async () => {
    threads.abort();
    solo.abort();
    await nodeSystem.sleep(coldShutdownMs);
  });
  await Promise.race([drained, forced]);
  await Promise.all([history?.stop(), traces?.flush(traceLimitMs)]);
  await pool.close();
}

/** Remote control of this worker: the commands on table and queues, and those that need a process, such as `shutdown`. */
function commandsOf(options: WorkerOptions, transport: Transport): PidboxListenerOptions {
  const { connections, registry, node, queues, concurrency, log, shutdown } = options;
  const deps = connectControl(connections, { registry, warn: log.warn });
  const worker = { concurrency, shutDown: shutdown.goWarm };
  const control = createControlNode({ ...deps, node, queueNames: queues, worker });
  return {
    open: async () => (await import('../transport/sqs/pidboxQueue.ts')).openPidboxQueue(connections.broker, node),
    receive: createPidbox({ node, control, transport, log }),
    ...{ transport, log },
  };
}

/** Resolves to the queues when broker and backend have answered, or to undefined if the worker is shut down before. */
async function connect(options: WorkerOptions, store: ResultStore): Promise<QueueConsumer[] | undefined> {
  const { connections, queues: names, node, log, shutdown, health } = options;
  const { broker, backend } = connections;
  const outages = [broker.url, backend.url].map((url) =>
    createOutage({
      what: `consumer: Cannot connect to ${url}`,
      ended: `consumer: Connection to ${url} established`,
      ...{ log, level: 'error', system: nodeSystem },
    }),
  );
  const [brokerOutage, backendOutage] = outages as [Outage, Outage];
  health?.enter('starting', { outages: () => outages.flatMap(({ ongoing }) => ongoing ?? []) });
  const retry = <T>(outage: Outage, act: () => Promise<T>) =>
    retryUntil(act, { isTransient: isTransientError, signal: shutdown.warm, outage });

  const { open } = connectConsumers(broker);
  const queues = await retry(brokerOutage, () => Promise.all(names.map(open)));
  if (!queues) return undefined;
  log.info(`Connected to ${broker.url}`);
  // Reading any item shows that the table exists and may be read.
  const answer = await retry(backendOutage, async () => ({ found: await store.read(node) }));
  for (const { name, hasDeadLetterQueue } of queues) {
    if (!hasDeadLetterQueue && !broker.deadLetterQueueUrl)
      log.warn(
        `Queue ${name} has no dead-letter queue: messages that cannot be decoded are delivered again and again.`,
      );
  }
  return answer && queues;
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
