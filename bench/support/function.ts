import type { SQSRecord } from 'aws-lambda';
import { encode } from '../../packages/girder-worker/src/message/encode.ts';
import type { Emulators } from '../../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import { stackVariables } from '../../packages/girder-worker-dev/src/local/emulators/variables.ts';
import {
  createLambdaFunction,
  type LambdaFunction,
} from '../../packages/girder-worker-dev/src/local/lambda/lambdaFunction.ts';
import { childrenWith } from './processes.ts';

export const table = 'celery';
export const memoryMb = 1769;

/** The dispatcher as a local Lambda function. */
export interface DispatcherFunction extends LambdaFunction {
  /** Invokes it with one batch. Rejects if a record fails. */
  run(bodies: readonly string[]): Promise<void>;
  /** Returns the processes of its environments. */
  pids(): number[];
}

export interface FunctionOptions {
  readonly emulators: Pick<Emulators, 'sqsEndpoint' | 'dynamodbEndpoint'>;
  readonly handlerFile: string;
  readonly deadLetterUrl?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly printLine?: (line: string) => void;
}

/** Starts the dispatcher. Its module is loaded before the first batch. */
export async function startFunction(options: FunctionOptions): Promise<DispatcherFunction> {
  const { emulators, handlerFile, deadLetterUrl = 'http://unused', env = {}, printLine = () => undefined } = options;
  const lambda = createLambdaFunction({
    functionName: 'bench',
    file: handlerFile,
    timeoutSeconds: 60,
    memoryMb,
    env: {
      ...stackVariables(emulators as Emulators, table),
      GIRDER_WORKER_LOG_FORMAT: 'text',
      GIRDER_WORKER_DEAD_LETTER_QUEUE_URL: deadLetterUrl,
      ...env,
    },
    printLine,
  });
  await lambda.warmUp();
  return {
    ...lambda,
    pids: () => childrenWith('lambdaRuntime'),
    async run(bodies) {
      const response = await lambda.invoke({ Records: bodies.map(recordOf) });
      const { batchItemFailures } = response as { batchItemFailures: unknown[] };
      if (batchItemFailures.length > 0)
        throw new Error(`${batchItemFailures.length} records failed and would be delivered again.`);
    },
  };
}

/** Returns the SQS body of a message. */
export function bodyOf(name: string, args: readonly unknown[] = [], id: string = crypto.randomUUID()): string {
  return encode({ task: `benchtasks.${name}`, id, args });
}

function recordOf(body: string): SQSRecord {
  return {
    messageId: crypto.randomUUID(),
    receiptHandle: 'none',
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(Date.now()),
      SenderId: 'bench',
      ApproximateFirstReceiveTimestamp: String(Date.now()),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:celery',
    awsRegion: 'us-east-1',
  };
}
