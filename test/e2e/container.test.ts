import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import { createQueue, localSqsClient } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { untilActive } from '../support/computingTask.ts';
import { startWorkerProcess } from '../support/workerProcess.ts';
import { startWorkerStack, type WorkerStack } from '../support/workerStack.ts';

const folder = fileURLToPath(new URL('../../examples/container/', import.meta.url));
const dockerfile = readFileSync(`${folder}Dockerfile`, 'utf8');

/** The words of an instruction of the last stage, such as CMD, in its form with brackets. */
function words(instruction: string): string[] {
  const [, list] = new RegExp(`^${instruction}.* ?(\\[.*\\])$`, 'm').exec(dockerfile) ?? [];
  return JSON.parse(list ?? 'null');
}

const [node, cli, ...entryArguments] = words('ENTRYPOINT');
const command = [...entryArguments, ...words('CMD')];

let stack: WorkerStack;
beforeAll(async () => {
  stack = await startWorkerStack('gwexample', 'workertasks');
  await createQueue(localSqsClient(stack.emulators.sqsEndpoint), {
    ...{ name: 'celery', visibilityTimeoutSeconds: 300, maxReceiveCount: 10 },
  });
});
afterAll(() => stack?.stop());

/** The arguments with a free port, and in the folder of the deployment, which is the working directory of the container. */
function here(args: readonly string[], port: string): string[] {
  return args.map((arg) => (arg === '8080' ? port : arg));
}

test('the commands of the Dockerfile start the CLI of the library by node, which is PID 1', () => {
  const { bin } = JSON.parse(
    readFileSync(new URL('../../packages/girder-worker/package.json', import.meta.url), 'utf8'),
  );
  const published = `node_modules/girder-worker/${bin['girder-worker'].replace('src/', 'lib/').replace('.ts', '.js')}`;
  expect([node, cli]).toEqual(['node', published]);
  expect(words('HEALTHCHECK').slice(0, 2)).toEqual(['node', published]);
});

test('SIGTERM lets the running task finish and ends the worker with exit code 0, and the health check fails meanwhile', async () => {
  const env = { ...stack.env, GIRDER_WORKER_LOG_FORMAT: 'json' };
  await using worker = startWorkerProcess(env, ...here(command, '0'), '--root', stack.root);
  await worker.printed(' ready.');
  const [, port = ''] = /Health probes: http:\/\/127\.0\.0\.1:(\d+)/.exec(worker.text()) ?? [];
  const healthy = async () => {
    await using health = startWorkerProcess(env, ...here(words('HEALTHCHECK').slice(2), port));
    return await health.ended;
  };
  expect(await healthy()).toBe(0);

  const app = new App(createTaskClient(stack.env));
  const result = await app.sendTask('workertasks.traced', [`${stack.root}/trace`, 4]);
  await untilActive(app, result.id);
  worker.child.kill('SIGTERM');
  await worker.printed('Warm shutdown');
  expect(await healthy()).toBe(1);
  expect(await worker.ended).toBe(0);
  expect(await result.state()).toBe('SUCCESS');
});

test('Docker waits for longer than the drain of the worker before it sends SIGKILL', () => {
  const compose = readFileSync(`${folder}compose.yml`, 'utf8');
  const graceSeconds = Number(/stop_grace_period: (\d+)s/.exec(compose)?.[1]);
  const drainSeconds = Number(command[command.indexOf('--drain-timeout') + 1]);
  expect(drainSeconds).toBeGreaterThan(0);
  expect(graceSeconds).toBeGreaterThanOrEqual(drainSeconds + 10);
});
