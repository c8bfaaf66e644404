import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encode } from '../../packages/girder-worker/src/message/encode.ts';
import { localSqsClient } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { waitFor } from '../support/waitFor.ts';
import type { Target } from './target.ts';
import { taskResult } from './typescriptClient.ts';

/** Declares tests of what happens to the messages of one batch. `target` returns what a hook has started before. */
export function testMessageScenarios(target: () => Target): void {
  let sqs: SQSClient;
  beforeAll(() => {
    sqs = localSqsClient(target().sqsEndpoint);
  });
  afterAll(() => sqs?.destroy());

  async function urlOf(QueueName: string): Promise<string> {
    return (await sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl!;
  }

  /** Sends bodies in one request, so that they probably arrive as one batch. */
  async function send(...bodies: string[]): Promise<void> {
    const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: await urlOf('celery'), Entries }));
    expect(Failed).toEqual([]);
  }

  /** The messages in the queue `celery`, also those that are hidden or delayed. */
  async function messages(): Promise<number> {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: await urlOf('celery'), AttributeNames: ['All'] }),
    );
    const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible, ApproximateNumberOfMessagesDelayed } =
      Attributes;
    const counts = [
      ApproximateNumberOfMessages,
      ApproximateNumberOfMessagesNotVisible,
      ApproximateNumberOfMessagesDelayed,
    ];
    return counts.reduce((sum, count) => sum + Number(count ?? 0), 0);
  }

  const emptied = (expected: number) =>
    waitFor(
      async () => ((await messages()) === expected ? true : undefined),
      async () => `${await messages()} messages are in the queue, not ${expected}.\n${target().log().slice(-6000)}`,
      { timeoutMs: 60_000, intervalMs: 250 },
    );

  test('of a batch with a task that returns its message to the queue, only that message stays in the queue', async () => {
    await emptied(0);
    const until = Date.now() / 1000 + 15;
    const ids = ['batch-1', 'batch-2', 'batch-3'];
    await send(
      encode({ task: 'labtasks.work.rejects_until', id: 'batch-rejected', args: [until] }),
      ...ids.map((id) => encode({ task: 'labtasks.add', id, args: [1, 2] })),
    );
    for (const id of ids) expect(await taskResult(target(), id)).toBe(3);
    await emptied(1);
    expect(Date.now() / 1000, 'the rejected message stayed, not another one').toBeLessThan(until);
    expect(await taskResult(target(), 'batch-rejected')).toBe('late enough');
    await emptied(0);
  }, 180_000);

  test('a message that cannot be decoded moves to the dead-letter queue with the reason, and the next task runs', async () => {
    await send('poison', encode({ task: 'labtasks.add', id: 'after-poison', args: [20, 3] }));
    expect(await taskResult(target(), 'after-poison')).toBe(23);
    const QueueUrl = await urlOf('celery-dead-letters');
    const letter = await waitFor(
      async () => {
        const request = { QueueUrl, MessageAttributeNames: ['All'], WaitTimeSeconds: 1 };
        return (await sqs.send(new ReceiveMessageCommand(request))).Messages?.[0];
      },
      () => `No message is in ${QueueUrl}.\n${target().log().slice(-6000)}`,
      { timeoutMs: 60_000 },
    );
    expect(letter.Body).toBe('poison');
    expect(Object.keys(letter.MessageAttributes ?? {})).not.toEqual([]);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: letter.ReceiptHandle! }));
    await emptied(0);
  }, 180_000);
}
