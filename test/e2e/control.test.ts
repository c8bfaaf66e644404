import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import { localSqsClient } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { girderWorker, startComputing } from '../support/computingTask.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
let app: App;
beforeAll(async () => {
  stack = await startStack({ plugins: ['gwexample', 'labtasks'] });
  app = new App(createTaskClient(stack.env));
});
afterAll(() => stack?.stop());

test('inspect active lists a running task until it has ended, in the client and in the CLI', async () => {
  const { id, ...result } = await startComputing(app);
  const active = await app.control.inspect().active();
  expect(active).toMatchObject([{ id, state: 'PENDING', hostname: 'girder-worker@girder-worker-dev-dispatcher' }]);
  expect(JSON.parse(await girderWorker(stack, 'inspect', 'active', '--json'))).toEqual(active);
  expect(await girderWorker(stack, 'inspect', 'active')).toMatch(new RegExp(`^${id} .*running.*\n1 task running.\n$`));
  expect(await girderWorker(stack, 'status')).toMatch(
    /queue celery +0 ready, 1 in flight, 0 delayed.*running tasks +1 /s,
  );
  expect([...(await app.control.inspect().queryTask(id))]).toMatchObject([[id, ['active', { id }]]]);

  await app.control.revoke(id);
  await expect(result.get({ timeoutMs: 10_000 })).rejects.toMatchObject({ name: 'TaskRevokedError' });
  expect(await app.control.inspect().active()).toEqual([]);
  expect(await app.control.inspect().revoked()).toContain(id);
  expect(await girderWorker(stack, 'inspect', 'query_task', id, 'nobody')).toMatch(
    new RegExp(`^ready +${id} .*REVOKED\nnobody  unknown: `),
  );
  expect(await girderWorker(stack, 'inspect', 'active')).toBe('No task is running.\n');
});

test('ping succeeds if queue and table can be read, and otherwise says what is wrong', async () => {
  expect(await app.control.ping()).toBe('pong');
  expect(await girderWorker(stack, 'ping')).toBe('pong\n');
  await expect(girderWorker(stack, 'ping', '--queue', 'nowhere')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no SQS queue "nowhere"'),
  });
});

test('broadcast executes a command and resolves to the replies by node', async () => {
  const [reply] = await app.control.broadcast('revoke', { taskId: ['never-sent'] });
  expect(Object.values(reply!)).toEqual([{ ok: "tasks {'never-sent'} flagged as revoked" }]);
  expect(await app.AsyncResult('never-sent').state()).toBe('REVOKED');
});

describe('girder-worker inspect', () => {
  test('registered lists the tasks of the deployment in the current folder', async () => {
    const names = (await girderWorker(stack, 'inspect', 'registered')).split('\n');
    expect(names).toContain('gwexample.analyses.tasks.fibonacci');
    expect(JSON.parse(await girderWorker(stack, 'inspect', 'registered', '--json'))).toEqual(names.slice(0, -2));
  });

  test('stats and conf print JSON', async () => {
    expect(JSON.parse(await girderWorker(stack, 'inspect', 'stats'))).toMatchObject({ queues: [{ name: 'celery' }] });
    expect(JSON.parse(await girderWorker(stack, 'inspect', 'conf'))).toMatchObject({ brokerUrl: 'sqs://' });
  });

  test.each([
    [['inspect', 'everything'], /Allowed choices are active, registered/],
    [['inspect', 'query_task'], /Give the ids of the tasks to query_task/],
    [['inspect', 'active', 'an-id'], /Give the ids of the tasks to query_task/],
    [['inspect', 'registered', '--root', '/nowhere'], /There is no registry \/nowhere.*--root/],
    [['dlq', 'redrive'], /Give ids of dead letters, options that select them, or --all/],
    [['dlq', 'drop', 'no-such-letter'], /no dead letters of these ids: no-such-letter/],
  ])('%j fails, and the error says what to do', async (args, text) => {
    await expect(girderWorker(stack, ...args)).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(text) });
  });
});

test('girder-worker dlq lists dead letters with their reasons, shows one, redrives it, and drops it', async () => {
  const sqs = localSqsClient(stack.emulators.sqsEndpoint);
  const QueueUrl = `${stack.emulators.sqsEndpoint}/000000000000/celery`;
  const { MessageId: poison } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }));
  sqs.destroy();
  expect(poison).toBeDefined();
  const list = async () => JSON.parse(await girderWorker(stack, 'dlq', 'list', '--json')) as { messageId: string }[];

  await expect.poll(list, { timeout: 40_000 }).toMatchObject([{ code: 'NOT_AN_ENVELOPE', body: 'poison', task: null }]);
  const [{ messageId = '' } = {}] = await list();
  expect(await girderWorker(stack, 'dlq', 'list')).toMatch(
    new RegExp(`${messageId} .*NOT_AN_ENVELOPE: .*\n1 dead letter.\n`),
  );
  expect(JSON.parse(await girderWorker(stack, 'dlq', 'show', messageId))).toMatchObject({ messageId, body: 'poison' });
  expect(await girderWorker(stack, 'status')).toMatch(/dead letters of celery +1 +girder-worker dlq list/);

  expect(await girderWorker(stack, 'dlq', 'replay', '--code', 'NOT_AN_ENVELOPE', '--dry-run')).toMatch(
    /NOT_AN_ENVELOPE.*\n1 dead letter would be sent back\.\n$/,
  );
  expect(await girderWorker(stack, 'dlq', 'purge', '--task', 'p.*')).toBe('0 dead letters deleted, 1 left.\n');
  expect(await girderWorker(stack, 'dlq', 'redrive', messageId)).toBe('1 dead letter sent back, 0 left.\n');
  await expect.poll(list, { timeout: 40_000 }).toMatchObject([{ code: 'NOT_AN_ENVELOPE', body: 'poison' }]);
  expect(await list()).not.toMatchObject([{ messageId }]); // The dispatcher could not decode it again.

  expect(await girderWorker(stack, 'dlq', 'drop', '--all')).toBe('1 dead letter deleted, 0 left.\n');
  expect(await girderWorker(stack, 'dlq', 'list')).toBe('There are no dead letters.\n');
}, 240_000); // Each dlq command waits a second for further dead letters, and is a process that has to start.

test('girder-worker purge prints the number of messages, and deletes them only with --force', async () => {
  // No function and no worker receives messages from this queue.
  const other = localSqsClient(stack.emulators.sqsEndpoint);
  const { createQueue } = await import('../../packages/girder-worker-dev/src/local/emulators/resources.ts');
  const { url: QueueUrl } = await createQueue(other, {
    name: 'idle',
    visibilityTimeoutSeconds: 30,
    maxReceiveCount: 3,
  });
  for (const MessageBody of ['a', 'b']) await other.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  other.destroy();

  await expect(girderWorker(stack, 'purge', '--queue', 'idle')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/idle holds about 2 messages. Nothing was deleted.*--force/),
  });
  expect(await girderWorker(stack, 'status', '--queue', 'idle', '--json')).toContain('"ready": 2');
  expect(await girderWorker(stack, 'purge', '--queue', 'idle', '--force')).toBe('idle: deleted about 2 messages.\n');
  expect(await girderWorker(stack, 'status', '--queue', 'idle', '--json')).toContain('"ready": 0');
});
