import { join } from 'node:path';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { seededRandom } from '../../packages/girder-worker/src/system/seededRandom.ts';
import { createQueue, localSqsClient } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { createTemporaryFolder } from './deployment.ts';
import { type FaultyProxy, type Probabilities, startFaultyProxy } from './faulty-proxy/faultyProxy.ts';
import { queueDepth } from './queueDepth.ts';
import { type Stack, startStack } from './stack.ts';
import { runsVariable } from './taskRuns.ts';
import { startWorkerProcess, type WorkerProcess } from './workerProcess.ts';

/**
 * The local stack with the plugin `faulttasks`, whose function takes the queue `celery`, and workers that take the queue `of-workers`.
 * A proxy is in front of SQS, and another in front of DynamoDB.
 */
export interface ProxiedStack {
  readonly stack: Stack;
  readonly proxies: { readonly sqs: FaultyProxy; readonly dynamodb: FaultyProxy };
  /** The file of the runs (test/support/taskRuns.ts). */
  readonly runsFile: string;
  /** Starts a worker, and waits until it is ready. */
  startWorker(...args: string[]): Promise<WorkerProcess>;
  /** Sets the faults of both proxies. */
  setFaults(probabilities: Probabilities): void;
  /** The numbers of messages in both queues and in their dead-letter queues, as the emulator counts them. */
  depths(): Promise<number[]>;
  stop(): Promise<void>;
}

export interface ProxiedStackOptions {
  readonly seed: number;
  readonly timeoutSeconds: number;
  /** @default the endpoint of the embedded emulator */
  readonly dynamodbEndpoint?: string;
}

export const queuesOfProxiedStack = ['celery', 'of-workers'] as const;

export async function startProxiedStack(options: ProxiedStackOptions): Promise<ProxiedStack> {
  const { seed, timeoutSeconds, dynamodbEndpoint } = options;
  const folder = createTemporaryFolder();
  const runsFile = join(folder.root, 'runs');
  const env = { [runsVariable]: runsFile };
  let sqs: SQSClient | undefined;
  let proxies: ProxiedStack['proxies'] | undefined;
  const stack = await startStack({
    ...{ plugins: ['faulttasks'], timeoutSeconds, env },
    async connect(emulators) {
      sqs = localSqsClient(emulators.sqsEndpoint);
      proxies = {
        sqs: await startFaultyProxy(emulators.sqsEndpoint, seededRandom(seed)),
        dynamodb: await startFaultyProxy(dynamodbEndpoint ?? emulators.dynamodbEndpoint, seededRandom(seed + 1)),
      };
      return { ...emulators, sqsEndpoint: proxies.sqs.endpoint, dynamodbEndpoint: proxies.dynamodb.endpoint };
    },
  });
  await createQueue(sqs!, { name: 'of-workers', visibilityTimeoutSeconds: 60, maxReceiveCount: 10 });
  const urls = queuesOfProxiedStack
    .flatMap((name) => [name, `${name}-dead-letters`])
    .map((name) => `${stack.emulators.sqsEndpoint}/000000000000/${name}`);
  return {
    stack,
    proxies: proxies!,
    runsFile,
    async startWorker(...args) {
      const always = ['--root', stack.root, '--no-build', '-Q', 'of-workers', '--no-remote-control'];
      const worker = startWorkerProcess({ ...stack.env, ...env }, ...always, '-l', 'info', ...args);
      await worker.printed(' ready.');
      return worker;
    },
    setFaults(probabilities) {
      for (const proxy of Object.values(proxies!)) proxy.setFaults(probabilities);
    },
    depths: () => Promise.all(urls.map((url) => queueDepth(sqs!, url))),
    async stop() {
      await stack.stop();
      for (const proxy of Object.values(proxies!)) await proxy.stop();
      sqs!.destroy();
      folder[Symbol.dispose]();
    },
  };
}
