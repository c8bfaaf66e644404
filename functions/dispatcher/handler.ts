import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { app } from 'girder-worker/app';
import {
  connectStore,
  connectTransport,
  createDispatcher,
  createPool,
  createSolo,
  createTextLog,
  type Log,
  nodeName,
} from 'girder-worker/dispatch';
import { loadConfig } from './config.ts';
import { registry } from './registry.generated.ts';

const { concurrency, maxHeapMb, maxDeliveries, logFormat } = loadConfig(process.env);

const pool = createPool({
  threadFile: new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.mjs', import.meta.url),
  concurrency,
  maxHeapMb,
});
pool.warmUp(); // While Lambda initialises the function, its CPU is not throttled.
app.config.update(registry.settings);

const dispatch = createDispatcher({
  registry,
  pool,
  solo: createSolo(registry),
  store: connectStore(process.env),
  transport: connectTransport(process.env),
  log: logFormat === 'text' ? createTextLog() : await createJsonLog(),
  worker: { pid: process.pid, hostname: nodeName(process.env) },
  maxDeliveries,
});

// Middy's early timeout would report records as failed that have ended well; the dispatcher keeps to the deadline itself.
export const handler = middy<SQSEvent, SQSBatchResponse, Error, Context>({ timeoutEarlyInMillis: 0 }).handler(
  (event, context) =>
    dispatch(event, { requestId: context.awsRequestId, deadlineMs: Date.now() + context.getRemainingTimeInMillis() }),
);

async function createJsonLog(): Promise<Log> {
  const { Logger } = await import('@aws-lambda-powertools/logger');
  return new Logger({ serviceName: 'girder-worker' });
}
