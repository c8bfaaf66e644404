import { createQueue, localSqsClient } from '../../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { startWorkerStack } from '../../support/workerStack.ts';
import { startRedisServer } from './redisServer.ts';

/** The node name of the worker. */
const node = 'girder-worker@celery-suite';

/** Emulators, a long-running worker with the counterparts of the suite's tasks, and a server for what these record. */
export interface SuiteStack {
  /** The environment for the suite and its plugin. */
  readonly env: NodeJS.ProcessEnv;
  /** Returns the last lines that the worker has printed. */
  workerLines(): string;
  stop(): Promise<void>;
}

export async function startSuiteStack(): Promise<SuiteStack> {
  const redis = await startRedisServer();
  const stack = await startWorkerStack('celerysuite');
  const { sqsEndpoint, dynamodbEndpoint } = stack.emulators;
  const sqs = localSqsClient(sqsEndpoint);
  await createQueue(sqs, { name: 'celery', visibilityTimeoutSeconds: 60, maxReceiveCount: 10 });
  sqs.destroy();
  // The tasks read them, and the suite does.
  Object.assign(stack.env, { REDIS_HOST: '127.0.0.1', REDIS_PORT: String(redis.port) });
  // One task at a time, as the worker that the suite starts for itself.
  const worker = await stack.startWorker('-n', node, '-c', '1');
  await worker.printed('pidbox: Commands are taken from');
  return {
    env: {
      ...stack.env,
      SUITE_NODE: node,
      TEST_BROKER: `sqs://test:test@localhost:${new URL(sqsEndpoint).port}//`,
      TEST_BACKEND: `redis-records+dynamodb://test:test@localhost:${new URL(dynamodbEndpoint).port}/celery`,
    },
    workerLines: () => worker.text().split('\n').slice(-60).join('\n'),
    async stop() {
      await worker[Symbol.asyncDispose]();
      await stack.stop();
      await redis.stop();
    },
  };
}
