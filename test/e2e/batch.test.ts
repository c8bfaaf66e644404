import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { loadConnections } from '../../packages/girder-worker/src/connections/connections.ts';
import { encode } from '../../packages/girder-worker/src/message/encode.ts';
import { connectStore } from '../../packages/girder-worker/src/store/dynamodb/connectStore.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
let app: App;
let sqs: SQSClient;
beforeAll(async () => {
  stack = await startStack({ plugins: ['gwexample', 'labtasks'] });
  app = new App(createTaskClient(stack.env));
  sqs = new SQSClient({
    endpoint: stack.emulators.sqsEndpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});
afterAll(async () => {
  sqs?.destroy();
  await stack?.stop();
});

const queueUrl = () => `${stack.emulators.sqsEndpoint}/000000000000/celery`;

/** Sends bodies in one request, so that they probably arrive as one batch. */
async function send(...bodies: string[]): Promise<void> {
  const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl(), Entries }));
}

function message(task: string, id: string, args: unknown[] = []): string {
  return encode({ task, id, args });
}

/** The number of printed lines that contain this text. */
function printed(text: string): number {
  return stack.lines.filter((line) => line.includes(text)).length;
}

test('each message of a batch gets its own outcome: success, failure, dead letter, unknown task, claimed elsewhere', async () => {
  const store = connectStore(loadConnections(stack.env).backend);
  const lease = { owner: 'another delivery', leaseEndMs: Date.now() + 2500, epoch: 0, ignoreResult: false };
  await store.claim({ id: 'held', ...lease, worker: { pid: 1, hostname: 'elsewhere' } });

  await send(
    message('labtasks.add', 'good', [1, 2]),
    message('labtasks.raises', 'bad', ['boom']),
    'poison',
    message('nobody.has.this', 'unknown'),
    message('labtasks.add', 'held', [20, 3]),
  );

  expect(await app.AsyncResult('good').get({ timeoutMs: 10_000 })).toBe(3);
  await expect(app.AsyncResult('bad').get({ timeoutMs: 10_000 })).rejects.toMatchObject({ name: 'ValueError' });
  await expect(app.AsyncResult('unknown').get({ timeoutMs: 10_000 })).rejects.toMatchObject({ name: 'NotRegistered' });
  expect(printed('labtasks.add[held] is running in another invocation')).toBe(1);
  // The message is delivered again when the other claim has expired, and the task runs.
  expect(await app.AsyncResult('held').get({ timeoutMs: 20_000 })).toBe(23);

  const QueueUrl = `${queueUrl()}-dead-letters`;
  const letters = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5, MessageAttributeNames: ['All'] }),
  );
  expect(letters.Messages).toEqual([
    expect.objectContaining({
      Body: 'poison',
      MessageAttributes: expect.objectContaining({
        code: expect.objectContaining({ StringValue: 'NOT_AN_ENVELOPE' }),
        queue: expect.objectContaining({ StringValue: expect.stringMatching(/^arn:aws:sqs:.*:celery$/) }),
      }),
    }),
  ]);
  await expect
    .poll(async () => {
      const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: queueUrl(), AttributeNames: [...names] }),
      );
      return names.map((name) => Attributes?.[name]);
    })
    .toEqual(['0', '0']);
});

test('the traceback of a bundled task names functions, files and lines of its sources, and nothing else', async () => {
  const result = await app.sendTask('labtasks.raises_within', ['boom']);
  const error: unknown = await result.get({ timeoutMs: 10_000 }).catch((thrown: unknown) => thrown);
  /** The place of a line in the sources of the plugin, and the function that it belongs to. */
  const frame = (file: string, text: string, name: string) => {
    const path = fileURLToPath(new URL(`../fixtures/plugins/labtasks/${file}`, import.meta.url));
    const line = readFileSync(path, 'utf8')
      .split('\n')
      .findIndex((candidate) => candidate.includes(text));
    return `  File "${path}", line ${line + 1}, in ${name}`;
  };
  expect((error as Error).stack?.split('\n').slice(1)).toEqual([
    'Traceback (most recent call last):',
    frame('index.ts', 'return failing(message)', 'raises_within'),
    frame('errors.ts', 'return [message].map', 'failing'),
    frame('errors.ts', 'throw new ValueError(text)', 'throwing'),
    'ValueError: boom',
    '',
  ]);
});

describe('the task of a message that is delivered several times runs once', () => {
  const body = (id: string) => message('labtasks.says', id, [`this is ${id}`]);

  test('if the deliveries are concurrent', async () => {
    await send(body('twice'), body('twice'), body('twice'));
    expect(await app.AsyncResult('twice').get({ timeoutMs: 10_000 })).toBe('this is twice');
    await expect.poll(() => printed('[twice] received'), { timeout: 10_000 }).toBeGreaterThanOrEqual(3);
    expect(printed('[twice]: this is twice')).toBe(1);
  });

  test('if one delivery follows the other', async () => {
    await send(body('again'));
    expect(await app.AsyncResult('again').get({ timeoutMs: 10_000 })).toBe('this is again');
    await send(body('again'));
    await expect.poll(() => printed('[again] has already ended: SUCCESS'), { timeout: 10_000 }).toBe(1);
    expect(printed('[again]: this is again')).toBe(1);
  });
});
