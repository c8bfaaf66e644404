import { ReceiveMessageCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulators, startEmulators } from '../../local/emulators/emulators.ts';
import { createQueue, localSqsClient, type Queue } from '../../local/emulators/resources.ts';
import type { ListedDeadLetter } from '../queueAdmin.ts';
import { createSqsQueueAdmin } from './sqsQueueAdmin.ts';

let emulators: Emulators;
let sqs: SQSClient;
beforeAll(async () => {
  emulators = await startEmulators();
  sqs = localSqsClient(emulators.sqsEndpoint);
});
afterAll(async () => {
  sqs.destroy();
  await emulators.stop();
});

const makeQueue = (name: string) => createQueue(sqs, { name, visibilityTimeoutSeconds: 600, maxReceiveCount: 3 });

async function send(QueueUrl: string, MessageBody: string, options: object = {}): Promise<string> {
  const { MessageId } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...options }));
  return MessageId!;
}

/** A letter as the dispatcher writes it. */
function sendLetter({ deadLetterUrl, arn }: Queue, body: string): Promise<string> {
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  const MessageAttributes = {
    code: text('BODY_MALFORMED'),
    reason: text('Not JSON'),
    queue: text(arn),
    own: text('kept'),
  };
  return send(deadLetterUrl, body, { MessageAttributes });
}

async function receive(QueueUrl: string) {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] }));
  return Messages;
}

async function lettersOf(queue: string): Promise<ListedDeadLetter[]> {
  const letters: ListedDeadLetter[] = [];
  await createSqsQueueAdmin(sqs).processDeadLetters(queue, (letter) => {
    letters.push(letter);
    return 'keep';
  });
  return letters;
}

test('a queue tells what waits, what is in flight and what is delayed, and its dead letters', async () => {
  const queue = await makeQueue('depth');
  for (const body of ['a', 'b', 'c']) await send(queue.url, body);
  await send(queue.url, 'later', { DelaySeconds: 900 });
  await receive(queue.url);
  await sendLetter(queue, 'x');
  expect(await createSqsQueueAdmin(sqs).status('depth')).toEqual({
    ...{ name: 'depth', ready: 2, inFlight: 1, delayed: 1 },
    deadLetters: { name: 'depth-dead-letters', ready: 1, inFlight: 0, delayed: 0 },
  });
});

test('the name of a queue is that of Celery, and may have a prefix', async () => {
  await makeQueue('pre-a-b_c');
  expect(await createSqsQueueAdmin(sqs, 'pre-').status('a.b/c')).toMatchObject({ name: 'pre-a-b_c' });
});

test('a queue that is not there is named, with the way out', async () => {
  await expect(createSqsQueueAdmin(sqs).status('nowhere')).rejects.toThrow(/no SQS queue "nowhere".*--queue/);
});

test('purging deletes what waits, and leaves the dead letters', async () => {
  const queue = await makeQueue('purged');
  for (const body of ['a', 'b']) await send(queue.url, body);
  await sendLetter(queue, 'x');
  expect(await createSqsQueueAdmin(sqs).purge('purged')).toBe(2);
  expect(await receive(queue.url)).toEqual([]);
  expect(await lettersOf('purged')).toHaveLength(1);
});

describe('dead letters', () => {
  test('are shown with their reasons, more than one batch of them, and can be shown again', async () => {
    const queue = await makeQueue('listed');
    for (let index = 0; index < 12; index++) await sendLetter(queue, `letter ${index}`);
    await send(queue.deadLetterUrl, 'moved by SQS');
    const letters = await lettersOf('listed');
    const bodies = letters.map(({ body }) => body);
    expect(new Set(bodies)).toEqual(new Set((await lettersOf('listed')).map(({ body }) => body)));
    expect(letters).toHaveLength(13);
    expect(letters.find(({ body }) => body === 'letter 0')).toMatchObject({
      code: 'BODY_MALFORMED',
      reason: 'Not JSON',
    });
    expect(letters.find(({ body }) => body === 'moved by SQS')).toMatchObject({ code: null, reason: null });
  });

  test('go back to the queue they came from, without the reason, or are deleted, or stay', async () => {
    const queue = await makeQueue('judged');
    for (const body of ['redrive', 'drop', 'keep']) await sendLetter(queue, body);
    const counts = await createSqsQueueAdmin(sqs).processDeadLetters(
      'judged',
      ({ body }) => body as 'redrive' | 'drop' | 'keep',
    );
    expect(counts).toEqual({ redrive: 1, drop: 1, keep: 1 });
    expect((await lettersOf('judged')).map(({ body }) => body)).toEqual(['keep']);
    const [back, ...others] = await receive(queue.url);
    expect(back).toMatchObject({ Body: 'redrive', MessageAttributes: { own: { StringValue: 'kept' } } });
    expect(Object.keys(back!.MessageAttributes!)).toEqual(['own']);
    expect(others).toEqual([]);
  });

  test('can be seen again at once where looking at them failed', async () => {
    const queue = await makeQueue('failing');
    for (const body of ['a', 'b']) await sendLetter(queue, body);
    const failing = createSqsQueueAdmin(sqs).processDeadLetters('failing', () => {
      throw new Error('cannot judge');
    });
    await expect(failing).rejects.toThrow('cannot judge');
    expect(await lettersOf('failing')).toHaveLength(2);
  });

  test('of a FIFO queue go back into their message group', async () => {
    const queue = await makeQueue('ordered.fifo');
    await send(queue.deadLetterUrl, 'x', { MessageGroupId: 'g', MessageDeduplicationId: 'd' });
    await createSqsQueueAdmin(sqs).processDeadLetters('ordered.fifo', () => 'redrive');
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queue.url, MessageSystemAttributeNames: ['All'] }),
    );
    expect(Messages).toMatchObject([{ Body: 'x', Attributes: { MessageGroupId: 'g' } }]);
  });
});
