import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { app } from '../app.ts';
import type { Dispatcher, DispatcherOptions } from '../dispatch/dispatcher.ts';
import { logLateError } from '../events/lateError.ts';
import { createPool, type LateError } from '../execution/pool.ts';
import { createSoloPool } from '../execution/soloPool.ts';
import { createGirderExtension } from '../girder/girderExtension.ts';
import { createGirderJobs } from '../girder/girderJobs.ts';
import type { Registry } from '../registry/registry.ts';
import { connectStore } from '../store/dynamodb/connectStore.ts';
import { availableCores } from '../system/cores.ts';
import { createInvocationSignal } from '../system/invocationSignal.ts';
import { nodeSystem } from '../system/nodeSystem.ts';
import { connectTraces, withTraces } from '../tracing/connectTraces.ts';
import { connectTransport } from '../transport/sqs/sqsTransport.ts';
import { loadDispatcherConfig } from './dispatcherConfig.ts';
import { createFunctionLog } from './functionLog.ts';
import { inspectFunction, isInspection } from './inspection.ts';
import { connectInvocationListeners, flushAll } from './invocationListeners.ts';

export interface BatchHandlerOptions {
  readonly registry: Registry;
  /** The module that calls `serveRegistry` with the same registry; the worker threads load it. */
  readonly threadFile: URL;
  /** Creates the function that processes a batch, from the parts. */
  readonly create: (options: DispatcherOptions) => Dispatcher;
  /** Whether the records are dead letters: few need a thread, and each has its dead-letter queue from the queue that it came from. */
  readonly consumesDeadLetters: boolean;
}

/**
 * Returns a Lambda handler of batches of SQS records, which answers with the records that failed; an InspectionEvent is answered with a
 * FunctionInspection. Assembles the parts from the environment
 * once, while Lambda initializes the function. Rejects with a ConfigurationError that lists all invalid environment variables.
 */
export async function createBatchHandler({ registry, threadFile, create, consumesDeadLetters }: BatchHandlerOptions) {
  const config = loadDispatcherConfig(process.env);
  const { connections, concurrency, maxHeapMb, memoryMb, maxDeliveries, logFormat, hasMetrics } = config;

  const invocation = createInvocationSignal();
  const onLateError = (error: LateError) => logLateError(log, error);
  const pool = createPool({ threadFile, concurrency, maxHeapMb, onLateError, cores: availableCores(memoryMb) });
  if (!consumesDeadLetters) pool.warmUp(); // Lambda does not throttle the CPU while it initializes the function.
  app.config.update(registry.settings);

  const log = await createFunctionLog(logFormat);
  const store = connectStore(connections.backend, invocation);
  const listeners = await connectInvocationListeners({
    ...{ backend: connections.backend, hasMetrics, consumesDeadLetters, log, invocation },
  });
  const traces = await connectTraces({ env: process.env, registry, log, system: nodeSystem });
  const jobs = withTraces(createGirderJobs({ env: process.env, registry, log, system: nodeSystem }), traces);
  const flushed = traces ? [...listeners, traces] : listeners;
  const dispatch = create({
    ...jobs,
    events: [...jobs.events, ...listeners.map(({ events }) => events)],
    registry,
    pool,
    solo: createSoloPool(registry, { extension: createGirderExtension({ registry, env: process.env }), onLateError }),
    store,
    transport: connectTransport(
      consumesDeadLetters ? { ...connections.broker, deadLetterQueueUrl: undefined } : connections.broker,
      invocation,
    ),
    log,
    worker: { pid: process.pid, hostname: connections.nodeName },
    maxDeliveries,
  });

  // Middy's early timeout would report records as failed whose tasks have ended; the dispatcher observes the deadline itself.
  return middy<SQSEvent, SQSBatchResponse, Error, Context>({ timeoutEarlyInMillis: 0 }).handler(
    async (event, context) => {
      const deadlineMs = nodeSystem.now() + context.getRemainingTimeInMillis();
      invocation.begin();
      try {
        if (isInspection(event)) return await inspectFunction(registry, store);
        const answer = await dispatch(event, { requestId: context.awsRequestId, deadlineMs });
        await flushAll(flushed, deadlineMs);
        return answer;
      } finally {
        invocation.end(); // A request that is under way would be frozen, and go on in the next invocation.
      }
    },
  );
}
