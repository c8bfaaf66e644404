import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { app } from 'girder-worker/app';
import {
  connectStore,
  connectTransport,
  createDispatcher,
  createPool,
  createSoloPool,
  createTextLog,
  type Log,
  nodeSystem,
} from 'girder-worker/dispatch';
import { createGirderExtension } from 'girder-worker/girder/extension';
import { createGirderJobs } from 'girder-worker/girder/jobs';
import { loadConfig } from './config.ts';
import { registry } from './registry.generated.ts';

const { connections, concurrency, maxHeapMb, maxDeliveries, logFormat } = loadConfig(process.env);

const pool = createPool({
  threadFile: new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.mjs', import.meta.url),
  concurrency,
  maxHeapMb,
});
pool.warmUp(); // Lambda does not throttle the CPU while it initializes the function.
app.config.update(registry.settings);

const log = logFormat === 'text' ? createTextLog() : await createJsonLog();
const dispatch = createDispatcher({
  ...createGirderJobs({ env: process.env, registry, log, system: nodeSystem }),
  registry,
  pool,
  solo: createSoloPool(registry, { extension: createGirderExtension({ registry, env: process.env }) }),
  store: connectStore(connections.backend),
  transport: connectTransport(connections.broker),
  log,
  worker: { pid: process.pid, hostname: connections.nodeName },
  maxDeliveries,
});

// Middy's early timeout would report records as failed whose tasks have ended; the dispatcher observes the deadline itself.
export const handler = middy<SQSEvent, SQSBatchResponse, Error, Context>({ timeoutEarlyInMillis: 0 }).handler(
  (event, context) =>
    dispatch(event, {
      requestId: context.awsRequestId,
      deadlineMs: nodeSystem.now() + context.getRemainingTimeInMillis(),
    }),
);

async function createJsonLog(): Promise<Log> {
  const { Logger } = await import('@aws-lambda-powertools/logger');
  return new Logger({ serviceName: 'girder-worker' });
}
