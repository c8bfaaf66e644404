import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, expect, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { encode } from '../../packages/girder-worker/src/message/encode.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import type { ListedDeadLetter } from '../../packages/girder-worker/src/transport/queueAdmin.ts';
import { createSqsQueueAdmin } from '../../packages/girder-worker/src/transport/sqs/sqsQueueAdmin.ts';
import { createQueue, localSqsClient } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { startStack } from '../support/stack.ts';
import { startWorkerStack } from '../support/workerStack.ts';

/** Each test builds and starts a stack of its own, on a machine that may be busy. */
const timeout = 120_000;

const stops: (() => PromiseLike<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** Puts the message of a task where SQS moves it when its function has died at every delivery. */
async function sendUndelivered(sqs: SQSClient, endpoint: string, id: string): Promise<void> {
  const QueueUrl = `${endpoint}/000000000000/celery-undelivered`;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: encode({ task: 'labtasks.add', id, args: [1, 2] }) }));
}

async function deadLetters(sqs: SQSClient, action: 'keep' | 'redrive'): Promise<ListedDeadLetter[]> {
  const letters: ListedDeadLetter[] = [];
  await createSqsQueueAdmin(sqs).processDeadLetters('celery', (letter) => {
    letters.push(letter);
    return action;
  });
  return letters;
}

test('the function of dead letters fails the task of an undelivered message and keeps the message, which runs when it is sent back', {
  timeout,
}, async () => {
  const stack = await startStack({ plugins: ['labtasks'] });
  stops.push(stack.stop);
  const sqs = localSqsClient(stack.emulators.sqsEndpoint);
  stops.push(async () => sqs.destroy());
  const result = new App(createTaskClient(stack.env)).AsyncResult('lost');

  await sendUndelivered(sqs, stack.emulators.sqsEndpoint, 'lost');
  await expect(result.get({ timeoutMs: 30_000 })).rejects.toThrow(/as often as the queue celery allows/);
  await expect
    .poll(() => deadLetters(sqs, 'keep'), { timeout: 30_000 })
    .toMatchObject([{ code: 'DELIVERED_TOO_OFTEN' }]);

  const letters = await deadLetters(sqs, 'redrive');
  await expect.poll(() => result.state(), { timeout: 30_000 }).toBe('SUCCESS');
  expect(await result.get()).toBe(3);
  expect(await deadLetters(sqs, 'keep')).toEqual([]);

  // As if the process that sent it back had died before it deleted the letter.
  const [message] = letters as [ListedDeadLetter];
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  const [code, reason, queue] = [message.code!, message.reason!, 'arn:aws:sqs:us-east-1:000000000000:celery'].map(text);
  const QueueUrl = `${stack.emulators.sqsEndpoint}/000000000000/celery-dead-letters`;
  const MessageAttributes = { code: code!, reason: reason!, queue: queue! };
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: message.body, MessageAttributes }));
  expect(await deadLetters(sqs, 'redrive')).toHaveLength(1);
  const ended = () => stack.lines.filter((line) => /\[lost\] (succeeded|has already ended: SUCCESS)/.test(line));
  await expect.poll(() => ended().length, { timeout: 30_000 }).toBe(2);
  expect(ended().at(-1)).toContain('has already ended: SUCCESS');
});

test('a long-running worker fails the tasks of undelivered messages of its queues, too', { timeout }, async () => {
  const stack = await startWorkerStack('labtasks');
  stops.push(stack.stop);
  const sqs = localSqsClient(stack.emulators.sqsEndpoint);
  stops.push(async () => sqs.destroy());
  await createQueue(sqs, {
    ...{ name: 'celery', visibilityTimeoutSeconds: 60, maxReceiveCount: 10, undeliveredTimeoutSeconds: 60 },
  });
  const worker = await stack.startWorker('-c', '1');
  stops.push(() => worker[Symbol.asyncDispose]());
  const result = new App(createTaskClient(stack.env)).AsyncResult('lost');

  await sendUndelivered(sqs, stack.emulators.sqsEndpoint, 'lost');
  await expect(result.get({ timeoutMs: 30_000 })).rejects.toThrow(/as often as the queue celery allows/);
  await expect.poll(() => deadLetters(sqs, 'keep'), { timeout: 30_000 }).toHaveLength(1);
  await deadLetters(sqs, 'redrive');
  await expect.poll(() => result.state(), { timeout: 30_000 }).toBe('SUCCESS');
});
