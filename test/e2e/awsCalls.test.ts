import { fileURLToPath } from 'node:url';
import type { SQSRecord } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { encode } from '../../packages/girder-worker/src/message/encode.ts';
import { type Emulators, startEmulators } from '../../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import { createResultTable } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { stackVariables } from '../../packages/girder-worker-dev/src/local/emulators/variables.ts';
import {
  createLambdaFunction,
  type LambdaFunction,
} from '../../packages/girder-worker-dev/src/local/lambda/lambdaFunction.ts';
import { type CountingProxy, startCountingProxy } from '../support/countingProxy.ts';

/** The time between two polls for revocations. A batch that takes longer, on a busy machine, makes one read per period. */
const pollPeriodMs = 250;

let emulators: Emulators;
let dynamodb: CountingProxy;
let sqs: CountingProxy;
let dispatcher: LambdaFunction;
beforeAll(async () => {
  emulators = await startEmulators();
  await createResultTable(emulators.dynamodbEndpoint, 'celery');
  dynamodb = await startCountingProxy(emulators.dynamodbEndpoint);
  sqs = await startCountingProxy(emulators.sqsEndpoint);
  const seen = { ...emulators, sqsEndpoint: sqs.endpoint, dynamodbEndpoint: dynamodb.endpoint };
  dispatcher = createLambdaFunction({
    functionName: 'counted',
    file: fileURLToPath(new URL('../fixtures/dispatcher/handler.ts', import.meta.url)),
    timeoutSeconds: 60,
    memoryMb: 1769,
    env: { ...stackVariables(seen, 'celery'), GIRDER_WORKER_DEAD_LETTER_QUEUE_URL: `${sqs.endpoint}/none` },
    printLine: () => undefined,
  });
  await run(10); // Starts threads and opens connections.
});
beforeEach(() => {
  dynamodb.calls.length = 0;
  sqs.calls.length = 0;
});
afterAll(async () => {
  await dispatcher?.kill();
  await dynamodb?.stop();
  await sqs?.stop();
  await emulators?.stop();
});

test.each([1, 10])(
  'a batch of %i short tasks makes two DynamoDB writes for each task, and no other request',
  async (size) => {
    const startMs = performance.now();
    await run(size);
    const polls = Math.floor((performance.now() - startMs) / pollPeriodMs);

    expect(dynamodb.calls.filter(({ operation }) => operation === 'UpdateItem')).toHaveLength(2 * size);
    const others = dynamodb.calls.filter(({ operation }) => operation !== 'UpdateItem');
    expect(others.map(({ operation }) => operation)).toEqual(others.map(() => 'BatchGetItem'));
    expect(others.length).toBeLessThanOrEqual(polls);
    expect(sqs.calls).toEqual([]);
  },
);

test('a duplicate of a message whose task has ended makes two writes, which DynamoDB refuses, and one read', async () => {
  const record = recordOf('again');
  await invoke([record]);
  dynamodb.calls.length = 0;
  await invoke([record]);
  expect(dynamodb.calls.map(({ operation }) => operation)).toEqual(['UpdateItem', 'UpdateItem', 'GetItem']);
  expect(sqs.calls).toEqual([]);
});

/** Runs `size` short tasks as one batch. */
async function run(size: number): Promise<void> {
  await invoke(Array.from({ length: size }, () => recordOf(crypto.randomUUID())));
}

async function invoke(Records: readonly SQSRecord[]): Promise<void> {
  expect(await dispatcher.invoke({ Records })).toEqual({ batchItemFailures: [] });
}

function recordOf(id: string): SQSRecord {
  const nowMs = String(Date.now());
  return {
    messageId: crypto.randomUUID(),
    receiptHandle: 'none',
    body: encode({ task: 'gwexample.analyses.tasks.fibonacci', id, args: [10] }),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: nowMs,
      SenderId: 'test',
      ApproximateFirstReceiveTimestamp: nowMs,
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:celery',
    awsRegion: 'us-east-1',
  };
}
