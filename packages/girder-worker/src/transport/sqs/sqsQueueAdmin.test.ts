import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulators, startEmulators } from '../../../../girder-worker-dev/src/local/emulators/emulators.ts';
import {
  createQueue,
  localSqsClient,
  type Queue,
} from '../../../../girder-worker-dev/src/local/emulators/resources.ts';
import { deadLetterAttributes } from '../deadLetterAttributes.ts';
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

/** Sends a dead letter with the attributes that the dispatcher adds. */
function sendDeadLetter({ deadLetterUrl, arn }: Queue, body: string): Promise<string> {
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

async function receiveAll(QueueUrl: string) {
  const command = new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'], MaxNumberOfMessages: 10 });
  const { Messages = [] } = await sqs.send(command);
  return Messages.sort((a, b) => a.Body!.localeCompare(b.Body!));
}

async function listDeadLetters(queue: string): Promise<ListedDeadLetter[]> {
  const deadLetters: ListedDeadLetter[] = [];
  await createSqsQueueAdmin(sqs).processDeadLetters(queue, (deadLetter) => {
    deadLetters.push(deadLetter);
    return 'keep';
  });
  return deadLetters;
}

test('the status of a queue counts ready, in-flight and delayed messages, and dead letters', async () => {
  const queue = await makeQueue('depth');
  for (const body of ['a', 'b', 'c']) await send(queue.url, body);
  await send(queue.url, 'later', { DelaySeconds: 900 });
  await receive(queue.url);
  await sendDeadLetter(queue, 'x');
  expect(await createSqsQueueAdmin(sqs).status('depth')).toEqual({
    ...{ name: 'depth', ready: 2, inFlight: 1, delayed: 1 },
    deadLetters: { name: 'depth-dead-letters', ready: 1, inFlight: 0, delayed: 0 },
  });
});

test('a Celery queue name is translated to the SQS name, with the prefix of the broker', async () => {
  await makeQueue('pre-a-b_c');
  expect(await createSqsQueueAdmin(sqs, 'pre-').status('a.b/c')).toMatchObject({ name: 'pre-a-b_c' });
});

test('the error for a queue that does not exist names the queue and the option --queue', async () => {
  await expect(createSqsQueueAdmin(sqs).status('nowhere')).rejects.toThrow(/no SQS queue "nowhere".*--queue/);
});

test('purge deletes the messages of a queue and keeps its dead letters', async () => {
  const queue = await makeQueue('purged');
  for (const body of ['a', 'b']) await send(queue.url, body);
  await sendDeadLetter(queue, 'x');
  expect(await createSqsQueueAdmin(sqs).purge('purged')).toBe(2);
  expect(await receive(queue.url)).toEqual([]);
  expect(await listDeadLetters('purged')).toHaveLength(1);
});

describe('dead letters', () => {
  test('are listed with their reasons, also more than one batch of them, and can be listed again', async () => {
    const queue = await makeQueue('listed');
    for (let index = 0; index < 12; index++) await sendDeadLetter(queue, `letter ${index}`);
    await send(queue.deadLetterUrl, 'moved by SQS');
    const deadLetters = await listDeadLetters('listed');
    const bodies = deadLetters.map(({ body }) => body);
    expect(new Set(bodies)).toEqual(new Set((await listDeadLetters('listed')).map(({ body }) => body)));
    expect(deadLetters).toHaveLength(13);
    expect(deadLetters.find(({ body }) => body === 'letter 0')).toMatchObject({
      code: 'BODY_MALFORMED',
      reason: 'Not JSON',
    });
    expect(deadLetters.find(({ body }) => body === 'moved by SQS')).toMatchObject({ code: null, reason: null });
  });

  test('are sent back to their queue with the reason, deleted, or kept, as decided for each', async () => {
    const queue = await makeQueue('decided');
    for (const body of ['redrive', 'drop', 'keep']) await sendDeadLetter(queue, body);
    const counts = await createSqsQueueAdmin(sqs).processDeadLetters(
      'decided',
      ({ body }) => body as 'redrive' | 'drop' | 'keep',
    );
    expect(counts).toEqual({ redrive: 1, drop: 1, keep: 1, refused: new Map() });
    expect((await listDeadLetters('decided')).map(({ body }) => body)).toEqual(['keep']);
    const [back, ...others] = await receive(queue.url);
    expect(back).toMatchObject({ Body: 'redrive', MessageAttributes: { own: { StringValue: 'kept' } } });
    expect(new Set(Object.keys(back!.MessageAttributes!))).toEqual(new Set(['code', 'own', 'queue', 'reason']));
    expect(others).toEqual([]);
  });

  test('keep the attributes of their sender, also those with the names of the reason', async () => {
    const queue = await makeQueue('senders');
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    const sender = { code: text('A7'), queue: text('front door'), reason: text('spring sale') };
    await send(queue.deadLetterUrl, 'moved by SQS', { MessageAttributes: sender });
    const reason = { code: text('BODY_MALFORMED'), reason: text('Not JSON'), queue: text(queue.arn) };
    await send(queue.deadLetterUrl, 'ours', { MessageAttributes: deadLetterAttributes(reason, sender) });
    expect(await listDeadLetters('senders')).toMatchObject([{ code: null }, { code: 'BODY_MALFORMED' }]);
    await createSqsQueueAdmin(sqs).processDeadLetters('senders', () => 'redrive');
    expect(await receiveAll(queue.url)).toMatchObject([
      { Body: 'moved by SQS', MessageAttributes: sender },
      { Body: 'ours', MessageAttributes: { ...reason, 'sender-code': sender.code } },
    ]);
  });

  test('are not sent into a queue that does not use this dead-letter queue, although they name it', async () => {
    const queue = await makeQueue('asked');
    const foreign = await makeQueue('foreign');
    await sendDeadLetter({ ...queue, arn: foreign.arn }, 'from an attacker');
    await sendDeadLetter({ ...queue, arn: 'arn:aws:sqs:us-east-1:000000000000:no/such:queue' }, 'to nowhere');
    await sendDeadLetter(queue, 'honest');
    const counts = await createSqsQueueAdmin(sqs).processDeadLetters('asked', () => 'redrive');
    expect(counts).toMatchObject({ redrive: 1, drop: 0, keep: 2 });
    expect(counts.refused).toEqual(
      new Map([
        ['foreign', 1],
        ['queue', 1],
      ]),
    );
    expect(await receive(foreign.url)).toEqual([]);
    expect((await receive(queue.url)).map(({ Body }) => Body)).toEqual(['honest']);
  });

  test('are sent back to another queue whose redrive policy names this dead-letter queue', async () => {
    const queue = await makeQueue('first');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queue.deadLetterArn, maxReceiveCount: 3 });
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'second', Attributes: { RedrivePolicy } }));
    await sendDeadLetter({ ...queue, arn: queue.arn.replace(/first$/, 'second') }, 'of the second');
    await createSqsQueueAdmin(sqs).processDeadLetters('first', () => 'redrive');
    expect((await receive(QueueUrl!)).map(({ Body }) => Body)).toEqual(['of the second']);
  });

  test('are those of the last queue, if a function consumes the undelivered messages between the two', async () => {
    const queue = await createQueue(sqs, {
      ...{ name: 'consumed', visibilityTimeoutSeconds: 600, maxReceiveCount: 3, undeliveredTimeoutSeconds: 60 },
    });
    await send(queue.undelivered!.url, 'not consumed yet');
    await sendDeadLetter(queue, 'consumed');
    expect(await createSqsQueueAdmin(sqs).status('consumed')).toMatchObject({
      deadLetters: { name: 'consumed-dead-letters', ready: 1 },
    });
    const counts = await createSqsQueueAdmin(sqs).processDeadLetters('consumed', () => 'redrive');
    expect(counts).toMatchObject({ redrive: 1, keep: 0, refused: new Map() });
    expect((await receive(queue.url)).map(({ Body }) => Body)).toEqual(['consumed']);
  });

  test('are visible again at once if deciding on one throws', async () => {
    const queue = await makeQueue('failing');
    for (const body of ['a', 'b']) await sendDeadLetter(queue, body);
    const failing = createSqsQueueAdmin(sqs).processDeadLetters('failing', () => {
      throw new Error('cannot decide');
    });
    await expect(failing).rejects.toThrow('cannot decide');
    expect(await listDeadLetters('failing')).toHaveLength(2);
  });

  test('are not lost if the process dies between sending them back and deleting them: they are sent back again', async () => {
    const queue = await makeQueue('dying');
    for (const body of ['a', 'b']) await sendDeadLetter(queue, body);
    const dying = {
      async send(command: unknown) {
        if (command instanceof DeleteMessageBatchCommand) throw new Error('killed');
        return sqs.send(command as never);
      },
    } as unknown as SQSClient;
    await expect(createSqsQueueAdmin(dying).processDeadLetters('dying', () => 'redrive')).rejects.toThrow('killed');
    await createSqsQueueAdmin(sqs).processDeadLetters('dying', () => 'redrive');
    expect(await listDeadLetters('dying')).toEqual([]);
    expect((await receiveAll(queue.url)).map(({ Body }) => Body)).toEqual(['a', 'a', 'b', 'b']);
  });

  test('are sent back once by two operators at the same time', async () => {
    const queue = await makeQueue('shared');
    for (let index = 0; index < 30; index++) await sendDeadLetter(queue, `letter ${index}`);
    const replay = () => createSqsQueueAdmin(sqs).processDeadLetters('shared', () => 'redrive');
    const counts = await Promise.all([replay(), replay()]);
    expect(counts[0].redrive + counts[1].redrive).toBe(30);
    expect(await createSqsQueueAdmin(sqs).status('shared')).toMatchObject({ ready: 30, deadLetters: { ready: 0 } });
  });

  test('are sent back and deleted ten per request, and no more are received than are wanted', async () => {
    const queue = await makeQueue('many');
    for (let index = 0; index < 25; index++) await sendDeadLetter(queue, `letter ${index}`);
    const steps: string[] = [];
    let wanted = 12;
    const counts = await createSqsQueueAdmin(sqs).processDeadLetters(
      'many',
      () => {
        wanted--;
        return 'redrive';
      },
      { isDone: () => wanted === 0, onProgress: (step, number) => steps.push(`${step} ${number}`) },
    );
    expect(counts).toMatchObject({ redrive: 12, keep: 0 });
    expect(steps).toEqual(['received 10', 'received 20', 'processed 10', 'processed 12']);
    expect(await createSqsQueueAdmin(sqs).status('many')).toMatchObject({ ready: 12, deadLetters: { ready: 13 } });
  });

  test('of which SQS refuses one are sent back but for that one, which stays', async () => {
    const queue = await makeQueue('refused');
    for (const body of ['a', 'b']) await sendDeadLetter(queue, body);
    const refusing = {
      async send(command: unknown) {
        if (!(command instanceof SendMessageBatchCommand)) return sqs.send(command as never);
        const [refused, ...rest] = command.input.Entries ?? [];
        await sqs.send(new SendMessageBatchCommand({ ...command.input, Entries: rest }));
        return { Failed: [{ Id: refused?.Id, SenderFault: true, Code: 'InvalidMessageContents' }] };
      },
    } as unknown as SQSClient;
    const replayed = createSqsQueueAdmin(refusing).processDeadLetters('refused', () => 'redrive');
    await expect(replayed).rejects.toMatchObject({ name: 'InvalidMessageContents' });
    expect(await createSqsQueueAdmin(sqs).status('refused')).toMatchObject({ ready: 1, deadLetters: { ready: 1 } });
  });

  test('of a FIFO queue are sent back into their message group', async () => {
    const queue = await makeQueue('ordered.fifo');
    await send(queue.deadLetterUrl, 'x', { MessageGroupId: 'g', MessageDeduplicationId: 'd' });
    await createSqsQueueAdmin(sqs).processDeadLetters('ordered.fifo', () => 'redrive');
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queue.url, MessageSystemAttributeNames: ['All'] }),
    );
    expect(Messages).toMatchObject([{ Body: 'x', Attributes: { MessageGroupId: 'g' } }]);
  });
});
