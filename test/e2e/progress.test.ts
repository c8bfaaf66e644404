import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import type { TaskMessage } from '../../packages/girder-worker/src/task/client/client.ts';
import { createQueue, localSqsClient } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import type { WorkerProcess } from '../support/workerProcess.ts';
import { startWorkerStack, type WorkerStack } from '../support/workerStack.ts';

const cli = fileURLToPath(new URL('../../packages/girder-worker/src/cli/main.ts', import.meta.url));
const meta = { current: 3, total: 10 };

let stack: WorkerStack;
let worker: WorkerProcess;
let app: App;
beforeAll(async () => {
  stack = await startWorkerStack('labtasks');
  const sqs = localSqsClient(stack.emulators.sqsEndpoint);
  await createQueue(sqs, { name: 'celery', visibilityTimeoutSeconds: 300, maxReceiveCount: 10 });
  sqs.destroy();
  worker = await stack.startWorker('-c', '4');
  app = new App(createTaskClient(stack.env));
});
afterAll(async () => {
  await worker?.[Symbol.asyncDispose]();
  await stack?.stop();
});

/** Sends a task that stores a state, and runs until it is revoked. Resolves when the state is stored. */
async function sendWithProgress() {
  const result = await app.sendTask('labtasks.work.tells_and_waits', ['PROGRESS', meta]);
  await expect.poll(() => result.state()).toBe('PROGRESS');
  return result;
}

/** Runs `girder-worker result`. */
function runResult(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [cli, 'result', ...args], { env: stack.env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

describe('a task that runs in a worker', () => {
  test('has its progress as info(), and passes it and its end to onMessage', async () => {
    const result = await sendWithProgress();
    expect(await result.info()).toEqual(meta);
    expect(await result.result()).toBeUndefined();
    const messages: TaskMessage[] = [];
    const onMessage = (message: TaskMessage) => {
      messages.push(message);
      if (message.state === 'PROGRESS') void result.revoke();
    };
    await expect(result.get({ timeoutMs: 20_000, onMessage })).rejects.toMatchObject({ name: 'TaskRevokedError' });
    expect(messages.map(({ taskId, state }) => [taskId, state])).toEqual([
      [result.id, 'PROGRESS'],
      [result.id, 'REVOKED'],
    ]);
    expect(messages[0]!.result).toEqual(meta);
  });

  test('is shown by girder-worker result with state and progress, also if it is read once', async () => {
    const result = await sendWithProgress();
    const { code, stdout, stderr } = await runResult(result.id, '--timeout', '0');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^PROGRESS \{"current": 3, "total": 10\}\nTimeoutError: .*its state is PROGRESS/);
    await result.revoke();
  });
});

describe('a chain whose first step never lets the others run', () => {
  const next = () => app.canvas.signature('labtasks.echo', { args: [], immutable: true });

  test('rejects get() of its last step when the first is revoked while it runs', async () => {
    const first = app.canvas.signature('labtasks.work.tells_and_waits', { args: ['PROGRESS', meta] });
    const last = await app.canvas.chain(first, next(), next()).applyAsync();
    const begin = last.parent!.parent!;
    const waiting = last.get({ timeoutMs: 20_000 });
    if (!('state' in begin)) throw new Error('The first step is a group.');
    await expect.poll(() => begin.state()).toBe('PROGRESS');
    await begin.revoke();
    await expect(waiting).rejects.toMatchObject({ name: 'TaskRevokedError' });
  });

  test('rejects get() of its last step when the first has expired', async () => {
    const last = await app.canvas
      .chain(next().set({ expires: new Date(Date.now() - 1000) }), next(), next())
      .applyAsync();
    await expect(last.get({ timeoutMs: 20_000 })).rejects.toMatchObject({
      name: 'TaskRevokedError',
      message: 'expired',
    });
  });

  test('rejects get() of its last step when the first has failed', async () => {
    const last = await app.canvas.chain(app.canvas.signature('labtasks.raises'), next(), next()).applyAsync();
    await expect(last.get({ timeoutMs: 20_000 })).rejects.toMatchObject({ name: 'ValueError', message: 'boom, 42' });
  });
});
