import type { Emulators } from './emulators/emulators.ts';
import { createQueue, createResultTable, localSqsClient } from './emulators/resources.ts';
import { stackVariables } from './emulators/variables.ts';
import { createEventSourceMapping, type MappingFault } from './lambda/eventSourceMapping.ts';
import { createLambdaFunction } from './lambda/lambdaFunction.ts';
import type { LambdaSettings } from './lambda/lambdaSettings.ts';
import { startRemoteControl } from './localRemoteControl.ts';

/** Celery's own names. */
export const queueName = 'celery';
export const tableName = 'celery';

/** As the deployed stack has them by default (serverless.yml). */
const functionName = 'girder-worker-dev-dispatcher';
const memoryMb = 1769;
const maxReceiveCount = 10;

/**
 * How much longer than an invocation a message stays hidden that was handed to it: the claims of one that died last 5 s
 * longer than itself, and a message that came back sooner would only be sent away again.
 */
const visibilityMarginSeconds = 10;

export interface LocalDispatcherOptions {
  readonly emulators: Emulators;
  /** The bundled handler. */
  readonly file: string;
  /** The bundled handler of remote control; without it, there is none. */
  readonly controlFile?: string;
  /** Invocations at once. */
  readonly concurrency: number;
  readonly timeoutSeconds: number;
  /** For the functions, beside what they are told of the stack. */
  readonly env?: NodeJS.ProcessEnv;
  readonly printLine: LambdaSettings['printLine'];
  readonly onFault: (fault: MappingFault) => void;
}

export interface LocalDispatcher {
  /** Lets what runs end for so long, and then kills it. */
  stop(graceMs: number): Promise<void>;
}

/** Creates queue and table, loads the dispatcher's function, and connects it to the queue. Rejects if it cannot be loaded. */
export async function startLocalDispatcher(options: LocalDispatcherOptions): Promise<LocalDispatcher> {
  const { emulators, file, controlFile, concurrency, timeoutSeconds, printLine, onFault, env: more } = options;
  const sqs = localSqsClient(emulators.sqsEndpoint);
  const visibilityTimeoutSeconds = timeoutSeconds + visibilityMarginSeconds;
  const queue = await createQueue(sqs, { name: queueName, visibilityTimeoutSeconds, maxReceiveCount });
  await createResultTable(emulators.dynamodbEndpoint, tableName);

  const env = { ...stackVariables(emulators, tableName), GIRDER_WORKER_LOG_FORMAT: 'text', ...more };
  const lambda = createLambdaFunction({
    functionName,
    file,
    timeoutSeconds,
    memoryMb,
    env: { ...env, GIRDER_WORKER_DEAD_LETTER_QUEUE_URL: queue.deadLetterUrl },
    printLine,
  });
  await lambda.warmUp();
  const mapping = createEventSourceMapping({ sqs, queue, lambda, concurrency, onFault });
  mapping.start();
  const controlEnv = { ...env, GIRDER_WORKER_NODE_NAME: `girder-worker@${functionName}` };
  const control =
    controlFile === undefined
      ? undefined
      : await startRemoteControl({ sqs, emulators, file: controlFile, env: controlEnv, printLine, onFault });
  return {
    async stop(graceMs) {
      await Promise.all([mapping.stop(graceMs), control?.stop(graceMs)]);
      sqs.destroy();
    },
  };
}
