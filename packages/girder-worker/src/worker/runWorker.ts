import { maskPassword } from '../connections/brokerUrl.ts';
import { connectControlParts, createControl, createMailbox } from '../control/index.ts';
import { createDispatcher } from '../dispatch/dispatcher.ts';
import type { LeaseOptions } from '../dispatch/stations.ts';
import type { Log } from '../events/log.ts';
import { createPool } from '../execution/pool.ts';
import { createSoloPool } from '../execution/solo.ts';
import type { Registry } from '../registry/registry.ts';
import { connectStore } from '../store/dynamodb/connectStore.ts';
import type { ResultStore } from '../store/resultStore.ts';
import type { QueueConsumer } from '../transport/queueConsumer.ts';
import { connectConsumers } from '../transport/sqs/sqsConsumer.ts';
import { connectTransport } from '../transport/sqs/sqsTransport.ts';
import type { Transport } from '../transport/transport.ts';
import { createAbortablePool } from './abortablePool.ts';
import { type PidboxListenerOptions, startPidboxListener } from './pidboxListener.ts';
import { startPoller } from './poller.ts';
import { describeError, isConnectionError, retryUntil } from './retryUntil.ts';

export interface WorkerOptions {
  /** Names broker and backend, as everywhere. */
  readonly env: NodeJS.ProcessEnv;
  readonly registry: Registry;
  /** The module that calls `serveTasks` with this registry. */
  readonly threadFile: URL;
  /** The worker's name, in its log and in STARTED results. */
  readonly node: string;
  /** Celery's names of the queues. */
  readonly queues: readonly string[];
  /** Tasks at once. */
  readonly concurrency: number;
  /** How soon after this worker's death its tasks can be run by others. */
  readonly leaseMs: number;
  readonly log: Log;
  readonly shutdown: Shutdown;
  /** Whether it takes the commands of Celery's `app.control`. */
  readonly remoteControl: boolean;
}

/** Celery's two ways to end a worker. */
export interface Shutdown {
  /** When aborted, nothing more is taken, and what runs may end. */
  readonly warm: AbortSignal;
  /** When aborted, too, what runs is ended, and its messages go back to their queues. */
  readonly cold: AbortSignal;
  /** Begins the warm one. */
  goWarm(): void;
}

/** After a claim's renewal, so many more may fail before it ends. */
const renewalsPerLease = 3;

/** What a cold shutdown may take, where the network holds it up; the messages come back by themselves then. */
const coldShutdownMs = 10_000;

/**
 * Runs the tasks that come to the queues until it is told to shut down. Waits for a broker and a backend that do not answer;
 * rejects with an Error that says what to do where there is no such queue or table, or no right to use it.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { env, registry, threadFile, node, concurrency, leaseMs, log, shutdown } = options;
  const store = connectStore(env);
  const transport = connectTransport(env);
  const queues = await Promise.race([connect(options, store), aborted(shutdown.warm)]);
  if (!queues) return;

  const pool = createPool({ threadFile, concurrency });
  pool.warmUp();
  const threads = createAbortablePool(pool);
  const solo = createAbortablePool(createSoloPool(registry));
  const renewal: LeaseOptions = { leaseMs, periodMs: leaseMs / renewalsPerLease };
  const worker = { pid: process.pid, hostname: node };
  const dispatch = createDispatcher({
    ...{ registry, pool: threads, solo, store, transport, log, worker, renewal },
  });
  const intake = startPoller({ queues, dispatch, transport, concurrency, renewal, log });
  const stopRemoteControl = options.remoteControl ? startPidboxListener(commandsOf(options, transport)) : undefined;
  log.info(`${node} ready.`);

  await aborted(shutdown.warm);
  // What still runs can be revoked until it has ended.
  const drained = intake.drain().then(stopRemoteControl);
  const forced = aborted(shutdown.cold).then(async () => {
    threads.abort();
    solo.abort();
    await elapsed(coldShutdownMs);
  });
  await Promise.race([drained, forced]);
  await pool.close();
}

/** What the worker does when it is commanded: what the table and the queues allow to anybody, and to shut down. */
function commandsOf(options: WorkerOptions, transport: Transport): PidboxListenerOptions {
  const { env, registry, node, queues, concurrency, log, shutdown } = options;
  const parts = connectControlParts(env, { registry, warn: log.warn });
  const worker = { concurrency, shutDown: shutdown.goWarm };
  const control = createControl({ ...parts, node, queueNames: queues, worker });
  return {
    open: async () => (await import('../transport/sqs/pidboxQueue.ts')).openPidboxQueue(env, node),
    receive: createMailbox({ node, control, transport, log }),
    ...{ transport, log },
  };
}

/** The queues, once broker and backend have answered; undefined if the worker is shut down before. */
async function connect(options: WorkerOptions, store: ResultStore): Promise<QueueConsumer[] | undefined> {
  const { env, queues: names, node, log, shutdown } = options;
  const places = [env.GIRDER_WORKER_BROKER ?? 'sqs://', env.GIRDER_WORKER_BACKEND ?? 'dynamodb:///celery'].map(
    maskPassword,
  );
  const persistAt = <T>(place: string | undefined, act: () => Promise<T>) =>
    retryUntil(act, {
      isTransient: isConnectionError,
      signal: shutdown.warm,
      onFault: (error, restSeconds) =>
        log.error(`consumer: Cannot connect to ${place}: ${describeError(error)}. Trying again in ${restSeconds} s...`),
    });

  const consumerOf = connectConsumers(env);
  const queues = await persistAt(places[0], () => Promise.all(names.map(consumerOf)));
  if (!queues) return undefined;
  log.info(`Connected to ${places[0]}`);
  // That there is a table, and the right to read it, shows by reading anything.
  const answer = await persistAt(places[1], async () => ({ found: await store.read(node) }));
  for (const { name, hasDeadLetterQueue } of queues) {
    if (!hasDeadLetterQueue && !env.GIRDER_WORKER_DEAD_LETTER_QUEUE_URL)
      log.warn(`Queue ${name} has no dead-letter queue: what cannot be decoded comes back again and again.`);
  }
  return answer && queues;
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
