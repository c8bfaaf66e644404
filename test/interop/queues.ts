import type { SQSClient } from '@aws-sdk/client-sqs';
import {
  createQueue,
  localSqsClient,
  type Queue,
} from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { createEventSourceMapping } from '../../packages/girder-worker-dev/src/local/lambda/eventSourceMapping.ts';
import { createLambdaFunction } from '../../packages/girder-worker-dev/src/local/lambda/lambdaFunction.ts';
import type { Stack } from '../support/stack.ts';

/** The SQS names of the queues besides `celery` to which scenarios send. */
const names = ['lab-second', 'lab.fifo', 'lab-prefix-celery', 'lab-prefix-jobs', 'lab-predefined'] as const;

const timeoutSeconds = 60;

export interface FurtherQueues {
  stop(): Promise<void>;
}

/** Connects the stack's dispatcher to the scenarios' queues. The results of `lab-keyprefix` have the key prefix `myapp`. */
export async function serveFurtherQueues(stack: Stack): Promise<FurtherQueues> {
  const prefixed = { GIRDER_WORKER_KEY_PREFIX: 'myapp' };
  const mappings = await Promise.all([serveQueues(stack, names), serveQueues(stack, ['lab-keyprefix'], prefixed)]);
  return {
    async stop() {
      await Promise.all(mappings.map((mapping) => mapping.stop()));
    },
  };
}

/** Creates queues that no worker serves yet. It does nothing for those that exist. */
export async function createQueues(sqs: SQSClient, queueNames: readonly string[]): Promise<Queue[]> {
  const settings = { visibilityTimeoutSeconds: timeoutSeconds + 10, maxReceiveCount: 10 };
  return Promise.all(queueNames.map((name) => createQueue(sqs, { name, ...settings })));
}

/** Creates these queues, unless they exist, and connects one function with these environment variables to all of them. */
export async function serveQueues(
  stack: Stack,
  queueNames: readonly string[],
  variables: NodeJS.ProcessEnv = {},
): Promise<FurtherQueues> {
  const sqs = localSqsClient(stack.emulators.sqsEndpoint);
  const queues = await createQueues(sqs, queueNames);
  const lambda = createLambdaFunction({
    functionName: 'interop',
    file: stack.handlerFile,
    timeoutSeconds,
    memoryMb: 1769,
    env: {
      ...stack.env,
      GIRDER_WORKER_LOG_FORMAT: 'text',
      ...variables,
    },
    printLine: stack.printLine,
  });
  await lambda.warmUp();
  const onFault = ({ code, reason }: { code: string; reason: string }) => stack.printLine(`${code}: ${reason}`);
  const mappings = queues.map((queue) => createEventSourceMapping({ sqs, queue, lambda, concurrency: 1, onFault }));
  for (const mapping of mappings) mapping.start();
  return {
    async stop() {
      await Promise.all(mappings.map((mapping) => mapping.stop(1000)));
      sqs.destroy();
    },
  };
}
