import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { encode } from '../../packages/girder-worker/src/message/encode.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** The timeout of the bundled function, after which its invocation is killed, as on Lambda. */
const timeoutSeconds = 4;
const wait = { timeoutMs: 25_000 };

let stack: Stack;
let app: App;
beforeAll(async () => {
  stack = await startStack({ plugins: ['limittasks'], timeoutSeconds, concurrency: 1 });
  app = new App(createTaskClient(stack.env));
});
afterAll(() => stack?.stop());

const exceeded = { name: 'TimeLimitExceeded', message: String(timeoutSeconds) };

/** All invocations have answered before their timeout. */
function expectNoInvocationKilled(): void {
  expect(stack.lines.filter((line) => /timed out|INVOCATION_FAILED|RESPONSE_INVALID/.test(line))).toEqual([]);
}

describe('a task that takes longer than a whole invocation has a result before the function is killed', () => {
  test.each(['computes', 'deaf', 'heeds'])('if it is limittasks.%s', async (name) => {
    const result = await app.sendTask(`limittasks.${name}`, [30_000]);
    const expected = name === 'heeds' ? { name: 'SoftTimeLimitExceeded' } : exceeded;
    await expect(result.get(wait)).rejects.toMatchObject(expected);
    expectNoInvocationKilled();
  });
});

test('all tasks of a batch succeed, although each of them takes half an invocation', async () => {
  const sqs = new SQSClient({
    endpoint: stack.emulators.sqsEndpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const bodies = Array.from({ length: 10 }, (_, index) =>
    encode({ task: 'limittasks.deaf', id: `half-${index}`, args: [2000] }),
  );
  const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
  const QueueUrl = `${stack.emulators.sqsEndpoint}/000000000000/celery`;
  await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  const results = await Promise.all(bodies.map((_, index) => app.AsyncResult(`half-${index}`).get(wait)));
  expect(results).toEqual(bodies.map(() => 'slept'));
  expectNoInvocationKilled();
  sqs.destroy();
});

test('a task that waited for a thread until its invocation was nearly over runs in a new invocation', async () => {
  const narrow = await startStack({
    plugins: ['limittasks'],
    timeoutSeconds,
    concurrency: 1,
    env: { GIRDER_WORKER_CONCURRENCY: '1' },
  });
  try {
    const client = new App(createTaskClient(narrow.env));
    const results = await Promise.all([0, 1, 2].map(() => client.sendTask('limittasks.deaf', [2500])));
    expect(await Promise.all(results.map((result) => result.get(wait)))).toEqual(['slept', 'slept', 'slept']);
    expect(narrow.lines.filter((line) => /timed out|INVOCATION_FAILED/.test(line))).toEqual([]);
  } finally {
    await narrow.stop();
  }
});

describe('the time limits of a task', () => {
  test('timeLimit terminates it, and the limit of the sender wins over that of the task', async () => {
    await expect((await app.sendTask('limittasks.limited', [20_000])).get(wait)).rejects.toMatchObject({
      name: 'TimeLimitExceeded',
      message: '1',
    });
    const result = await app.sendTask('limittasks.limited', [1200], {}, { timeLimit: 3 });
    expect(await result.get(wait)).toBe('slept');
  });

  test('softTimeLimit aborts its signal with SoftTimeLimitExceeded', async () => {
    expect(await (await app.sendTask('limittasks.softly', [20_000])).get(wait)).toBe('SoftTimeLimitExceeded');
  });
});

test('a solo task runs in the dispatcher’s own thread', async () => {
  expect(await (await app.sendTask('limittasks.solo', [1])).get(wait)).toBe(2);
});
