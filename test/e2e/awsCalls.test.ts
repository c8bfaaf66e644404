import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { loadConnections } from '../../packages/girder-worker/src/connections/connections.ts';
import { createDispatcher } from '../../packages/girder-worker/src/dispatch/dispatcher.ts';
import { createSoloPool } from '../../packages/girder-worker/src/execution/soloPool.ts';
import { encode } from '../../packages/girder-worker/src/message/encode.ts';
import { createDynamodbStore } from '../../packages/girder-worker/src/store/dynamodb/dynamodbStore.ts';
import type { ResultStore } from '../../packages/girder-worker/src/store/resultStore.ts';
import { nodeSystem } from '../../packages/girder-worker/src/system/nodeSystem.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import { createMemoryTransport } from '../../packages/girder-worker/src/transport/memoryTransport.ts';
import { connectTransport } from '../../packages/girder-worker/src/transport/sqs/sqsTransport.ts';
import { type Emulators, startEmulators } from '../../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import {
  createQueue,
  createResultTable,
  localSqsClient,
} from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { isolatedVariables, stackVariables } from '../../packages/girder-worker-dev/src/local/emulators/variables.ts';
import {
  createLambdaFunction,
  type LambdaFunction,
} from '../../packages/girder-worker-dev/src/local/lambda/lambdaFunction.ts';
import { type CountingProxy, startCountingProxy } from '../support/countingProxy.ts';
import { dynamodbLocal, requireJava } from '../support/requirements.ts';

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
  'a batch of %i short tasks makes two DynamoDB writes for each task, and no other request, if the server writes one item per request',
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

test('a group of 1000 tasks is published in 100 requests, and its queue is looked up once', async () => {
  const client = localSqsClient(emulators.sqsEndpoint);
  await createQueue(client, { name: 'celery', visibilityTimeoutSeconds: 60, maxReceiveCount: 10 });
  client.destroy();
  const seen = { ...emulators, sqsEndpoint: sqs.endpoint, dynamodbEndpoint: dynamodb.endpoint };
  const app = new App(createTaskClient(isolatedVariables({}, stackVariables(seen, 'celery'))));
  await app.canvas.group(Array.from({ length: 1000 }, () => app.canvas.signature('p.task'))).applyAsync();
  const count = (name: string) => sqs.calls.filter(({ operation }) => operation === name).length;
  expect([count('SendMessageBatch'), count('GetQueueUrl'), sqs.calls.length]).toEqual([100, 1, 101]);
});

test('ten messages are deleted in one request, and hidden in one', async () => {
  const client = localSqsClient(emulators.sqsEndpoint);
  const { url } = await createQueue(client, { name: 'deleted', visibilityTimeoutSeconds: 60, maxReceiveCount: 10 });
  const seen = { ...emulators, sqsEndpoint: sqs.endpoint, dynamodbEndpoint: dynamodb.endpoint };
  const transport = connectTransport(loadConnections(isolatedVariables({}, stackVariables(seen, 'celery'))).broker);
  await transport.publishAll(
    (async function* () {
      for (let index = 0; index < 10; index++) yield { queue: 'deleted', body: String(index) };
    })(),
  );
  const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }));
  client.destroy();
  const receipts = Messages.map(({ ReceiptHandle }) => ({
    queueArn: 'arn:aws:sqs:us-east-1:000000000000:deleted',
    receiptHandle: ReceiptHandle!,
  }));
  expect(receipts).toHaveLength(10);
  sqs.calls.length = 0;
  await Promise.all(receipts.map((receipt) => transport.changeVisibility(receipt, 30)));
  await Promise.all(receipts.map((receipt) => transport.acknowledge(receipt)));
  // The transport asks once for the queue of an ARN, which may be in another account.
  const operations = ['GetQueueUrl', 'ChangeMessageVisibilityBatch', 'DeleteMessageBatch'];
  expect(sqs.calls.map(({ operation }) => operation)).toEqual(operations);
});

describe.skipIf(!requireJava())('on a server that writes several items in one request (DynamoDB Local)', () => {
  test('a batch of ten short tasks makes two requests: one for the claims, and one for the outcomes', async () => {
    const local = await dynamodbLocal();
    const counted = await startCountingProxy(local.endpoint);
    await createResultTable(local.endpoint, 'celery');
    const settings = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
    const client = new DynamoDBClient({ ...settings, endpoint: counted.endpoint });
    // A store whose writes wait for those of the other tasks, however slow this machine is.
    const store = createDynamodbStore({
      ...{ client, table: 'celery' },
      system: { ...nodeSystem, startTimer: () => () => undefined },
    });
    const dispatch = dispatcherOf(store);
    const records = () => Array.from({ length: 10 }, () => recordOf(crypto.randomUUID(), 'p.noop'));
    for (let round = 0; round < 2; round++) {
      counted.calls.length = 0;
      const answer = await dispatch({ Records: records() }, { requestId: `${round}`, deadlineMs: Date.now() + 60_000 });
      expect(answer).toEqual({ batchItemFailures: [] });
      expect(counted.calls.map(({ operation }) => operation)).toEqual([
        'BatchExecuteStatement',
        'BatchExecuteStatement',
      ]);
    }
    client.destroy();
    await counted.stop();
    await local.stop();
  });
});

/** A dispatcher whose task `p.noop` runs in this process. */
function dispatcherOf(store: ResultStore) {
  const task = new App(createTaskClient({})).task({ name: 'p.noop' }, () => 1);
  const entry = { plugin: 'p@1', options: {}, parameters: { positional: [] }, load: () => task };
  const registry = { settings: {}, tasks: { 'p.noop': entry } };
  const pool = createSoloPool(registry);
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const worker = { pid: 1, hostname: 'here' };
  return createDispatcher({
    ...{ registry, pool, solo: pool, store, log, worker },
    transport: createMemoryTransport(),
  });
}

/** Runs `size` short tasks as one batch. */
async function run(size: number): Promise<void> {
  await invoke(Array.from({ length: size }, () => recordOf(crypto.randomUUID())));
}

async function invoke(Records: readonly SQSRecord[]): Promise<void> {
  expect(await dispatcher.invoke({ Records })).toEqual({ batchItemFailures: [] });
}

function recordOf(id: string, task = 'gwexample.analyses.tasks.fibonacci'): SQSRecord {
  const nowMs = String(Date.now());
  return {
    messageId: crypto.randomUUID(),
    receiptHandle: 'none',
    body: encode({ task, id, args: task === 'p.noop' ? [] : [10] }),
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
