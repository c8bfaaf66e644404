import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Emulators, startEmulators } from '../emulators/emulators.ts';
import { createQueue, localSqsClient, type Queue } from '../emulators/resources.ts';
import { eventually } from '../fixtures/eventually.ts';
import { fixtureFunction } from '../fixtures/fixtureFunction.ts';
import {
  createEventSourceMapping,
  type EventSourceMapping,
  type EventSourceMappingOptions,
  type MappingFault,
} from './eventSourceMapping.ts';
import type { LambdaSettings } from './lambdaSettings.ts';

let emulators: Emulators;
let sqs: SQSClient;
let queue: Queue;
let queueCount = 0;
const running: EventSourceMapping[] = [];

beforeAll(async () => {
  emulators = await startEmulators();
  sqs = localSqsClient(emulators.sqsEndpoint);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((mapping) => mapping.stop(0)));
});
afterAll(() => emulators.stop());

type Settings = Partial<EventSourceMappingOptions & LambdaSettings> & {
  visibilityTimeoutSeconds?: number;
  suffix?: string;
};

/** Creates a queue with these messages, and maps it to the function of the fixture. */
async function mapped(bodies: string[], { visibilityTimeoutSeconds = 600, suffix = '', ...settings }: Settings = {}) {
  queue = await createQueue(sqs, {
    name: `queue-${++queueCount}${suffix}`,
    visibilityTimeoutSeconds,
    maxReceiveCount: 2,
  });
  await send(bodies);
  const { lambda, lines, printed } = fixtureFunction(settings);
  const faults: MappingFault[] = [];
  const mapping = createEventSourceMapping({
    sqs,
    queue,
    lambda,
    concurrency: 1,
    onFault: (fault) => faults.push(fault),
    ...settings,
  });
  running.push(mapping);
  mapping.start();
  return { mapping, lines, printed, faults };
}

/** In a FIFO queue, the body `a/x` is sent as `x` in the message group `a`. */
async function send(bodies: string[]): Promise<void> {
  if (bodies.length === 0) return;
  const isFifo = queue.url.endsWith('.fifo');
  const Entries = bodies.map((body, index) => ({
    Id: String(index),
    MessageBody: isFifo ? body.slice(body.indexOf('/') + 1) : body,
    ...(isFifo && {
      MessageGroupId: body.slice(0, body.indexOf('/')),
      MessageDeduplicationId: `${Date.now()}-${index}`,
    }),
  }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
}

/** The numbers of messages in the queue: visible ones, and received ones that are not deleted. */
async function counts(): Promise<{ visible: number; hidden: number }> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: ['All'] }),
  );
  return {
    visible: Number(Attributes.ApproximateNumberOfMessages),
    hidden: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
  };
}

/** Resolves when the queue holds this number of hidden messages and no visible ones. */
async function settledWith(hidden: number): Promise<void> {
  await eventually(async () => {
    const now = await counts();
    return now.visible === 0 && now.hidden === hidden ? now : undefined;
  });
}

describe('an event source mapping', () => {
  test('passes up to ten messages to one invocation, and deletes those that succeeded', async () => {
    const { printed, faults } = await mapped(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);
    const [first] = await printed('bodies');
    expect(first?.bodies).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);
    await settledWith(0);
    expect(faults).toEqual([]);
  });

  test('passes each message as a record in the form of Lambda', async () => {
    const { printed } = await mapped([]);
    const attributes = {
      tenant: { DataType: 'String', StringValue: 'acme' },
      digits: { DataType: 'Number.int', StringValue: '12' },
      blob: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) },
    };
    await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queue.url,
        Entries: [{ Id: '0', MessageBody: 'event', MessageAttributes: attributes }],
      }),
    );
    const [{ record } = {}] = await printed('record');
    expect(record).toEqual({
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      receiptHandle: expect.any(String),
      body: 'event',
      attributes: {
        SenderId: '000000000000',
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        ApproximateReceiveCount: '1',
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
      },
      messageAttributes: {
        tenant: { stringValue: 'acme', stringListValues: [], binaryListValues: [], dataType: 'String' },
        digits: { stringValue: '12', stringListValues: [], binaryListValues: [], dataType: 'Number.int' },
        blob: { binaryValue: 'AP8=', stringListValues: [], binaryListValues: [], dataType: 'Binary' },
      },
      md5OfBody: '4119639092e62c55ea8be348e4d9260d',
      md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventSource: 'aws:sqs',
      eventSourceARN: queue.arn,
      awsRegion: 'us-east-1',
    });
  });

  test('leaves the messages that the response reports as failed in the queue, hidden', async () => {
    const { faults } = await mapped(['a', 'fail', 'b', 'fail']);
    await settledWith(2);
    expect(faults).toEqual([]);
  });

  test.each([
    ['throws', 'throw', 'INVOCATION_FAILED', 'RangeError: as told'],
    ['exits', 'exit', 'INVOCATION_FAILED', 'exit status 3'],
    ['times out', 'hang', 'INVOCATION_FAILED', 'Task timed out after 0.50 seconds'],
    ['returns an invalid response', 'fail twice as null', 'RESPONSE_INVALID', 'no itemIdentifier'],
  ])('leaves the whole batch in the queue if the function %s', async (_, body, code, reason) => {
    const { faults } = await mapped(['a', body, 'b'], { timeoutSeconds: 0.5 });
    const [fault] = await eventually(async () => (faults.length > 0 ? faults : undefined));
    expect(fault).toMatchObject({ code, reason: expect.stringContaining(reason) });
    expect(fault?.messageIds).toHaveLength(3);
    expect(await counts()).toEqual({ visible: 0, hidden: 3 });
  });

  test('delivers a failed message again after its visibility timeout, until SQS moves it to the dead-letter queue', async () => {
    const { printed } = await mapped(['fail'], { visibilityTimeoutSeconds: 1 });
    expect((await printed('bodies', 2)).map(({ bodies }) => bodies)).toEqual([['fail'], ['fail']]);
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queue.deadLetterUrl, WaitTimeSeconds: 20 }),
    );
    expect(Messages?.map(({ Body }) => Body)).toEqual(['fail']);
    expect(await counts()).toEqual({ visible: 0, hidden: 0 });
  });

  test('continues with a new process after one has died', async () => {
    const { printed } = await mapped(['exit'], { batchSize: 1 });
    await printed('bodies');
    await send(['after']);
    const [after] = await printed('ended');
    expect(after?.ended).toEqual(['after']);
    await settledWith(1);
  });

  test('processes as many batches at the same time as its concurrency, and no more', async () => {
    const { printed, lines } = await mapped(['sleep 600', 'sleep 601', 'sleep 602', 'sleep 603'], {
      batchSize: 1,
      concurrency: 2,
    });
    await printed('ended', 4);
    let running = 0;
    const atOnce = lines.map((line) => (running += 'ended' in JSON.parse(line) ? -1 : 1));
    expect(Math.max(...atOnce)).toBe(2);
  });

  test('collects messages for one batch during its batching window', async () => {
    const { printed } = await mapped([], { batchingWindowSeconds: 2 });
    await send(['first']);
    await send(['second']);
    await send(['third']);
    const [batch] = await printed('bodies');
    expect(batch?.bodies).toEqual(['first', 'second', 'third']);
  });

  test('finishes a running batch when it is stopped, and receives no other', async () => {
    const { mapping, printed } = await mapped(['sleep 300'], { batchSize: 1 });
    await printed('bodies');
    await send(['too late']);
    await mapping.stop(10_000);
    expect(await printed('ended')).toHaveLength(1);
    expect(await counts()).toEqual({ visible: 1, hidden: 0 });
  });

  test('kills invocations that still run after the grace period, and deletes none of their messages', async () => {
    const { mapping, printed, faults } = await mapped(['hang']);
    const [{ pid } = {}] = await printed('bodies');
    await mapping.stop(100);
    expect(() => process.kill(pid as number, 0)).toThrow('ESRCH');
    expect(faults).toMatchObject([{ code: 'INVOCATION_FAILED', reason: expect.stringContaining('SIGKILL') }]);
    expect(await counts()).toEqual({ visible: 0, hidden: 1 });
  });

  test('keeps the order within each message group of a FIFO queue, while groups run side by side', async () => {
    const { printed, lines } = await mapped(
      ['a/sleep 200', 'b/sleep 201', 'a/sleep 100', 'b/sleep 101', 'a/sleep 50'],
      {
        suffix: '.fifo',
        concurrency: 4,
        batchSize: 1,
      },
    );
    await printed('ended', 5);
    const story = lines
      .map((line) => JSON.parse(line))
      .map(({ bodies, ended }) => `${bodies ? 'begins' : 'ends'} ${(bodies ?? ended)[0].slice(6)}`);
    expect(story.filter((event) => / (200|100|50)$/.test(event))).toEqual([
      'begins 200',
      'ends 200',
      'begins 100',
      'ends 100',
      'begins 50',
      'ends 50',
    ]);
    expect(story.filter((event) => / (201|101)$/.test(event))).toEqual([
      'begins 201',
      'ends 201',
      'begins 101',
      'ends 101',
    ]);
    expect(story.indexOf('begins 201')).toBeLessThan(story.indexOf('ends 200'));
  });

  test('reports that it cannot receive, and continues when it can', async () => {
    const faults: MappingFault[] = [];
    const { lambda, printed } = fixtureFunction();
    const queueToCome = {
      url: `${emulators.sqsEndpoint}/000000000000/to-come`,
      arn: 'arn:aws:sqs:us-east-1:000000000000:to-come',
      deadLetterUrl: '',
      deadLetterArn: '',
      undelivered: undefined,
    };
    const mapping = createEventSourceMapping({
      sqs,
      queue: queueToCome,
      lambda,
      concurrency: 1,
      onFault: (fault) => faults.push(fault),
    });
    running.push(mapping);
    mapping.start();
    await eventually(async () => faults.at(0));
    expect(faults[0]).toMatchObject({ code: 'RECEIVE_FAILED', reason: expect.stringContaining('QueueDoesNotExist') });

    queue = await createQueue(sqs, { name: 'to-come', visibilityTimeoutSeconds: 30, maxReceiveCount: 2 });
    await send(['hello']);
    expect((await printed('ended'))[0]).toEqual({ ended: ['hello'] });
  });
});

test('a queue from which no message can be received is told once, and once when it is over', async () => {
  let failures = 3;
  const send = (command: never, options: never) =>
    failures-- > 0 ? Promise.reject(new Error('connect ECONNREFUSED')) : sqs.send(command, options);
  const { faults } = await mapped([], { sqs: { send } as unknown as SQSClient });
  await eventually(async () => faults.at(1));
  expect(faults).toEqual([
    { code: 'RECEIVE_FAILED', reason: expect.stringContaining('connect ECONNREFUSED. Retrying...'), messageIds: [] },
    { code: 'RECEIVED_AGAIN', reason: expect.stringMatching(/ after \d+ s and 3 failed attempts\.$/), messageIds: [] },
  ]);
});
