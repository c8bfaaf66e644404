import { afterAll, beforeAll, expect, test } from 'vitest';
import { createQueue, localSqsClient } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { startWorkerProcess } from '../support/workerProcess.ts';
import { startWorkerStack, type WorkerStack } from '../support/workerStack.ts';

let stack: WorkerStack;
beforeAll(async () => {
  stack = await startWorkerStack('gwexample');
  await createQueue(localSqsClient(stack.emulators.sqsEndpoint), {
    ...{ name: 'celery', visibilityTimeoutSeconds: 60, maxReceiveCount: 10, undeliveredTimeoutSeconds: 60 },
  });
});
afterAll(() => stack?.stop());

/** Runs `girder-worker doctor`, and returns its exit code and all that it prints. */
async function doctor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  await using cli = startWorkerProcess({ ...stack.env, ...env }, 'doctor', '--root', stack.root, ...args);
  return { code: await cli.ended, text: cli.text() };
}

test('the local stack has no fault, exit code 0; what it cannot show is not checked', async () => {
  const { code, text } = await doctor([]);
  expect(text).toMatch(/^ok +queue +celery +exists$/m);
  expect(text).toMatch(
    /^not checked +eventSourceMapping +celery +http:.* does not answer lambda:ListEventSourceMappings/m,
  );
  expect(text).toMatch(/, 0 warnings, 0 failures, \d not checked\.\n$/);
  expect(code).toBe(0);
});

test('a fault is exit code 1, and --json prints it with what was expected and what to do', async () => {
  const { code, text } = await doctor(['--queues', 'celery,absent', '--worker', '--json']);
  const { counts, findings } = JSON.parse(text);
  expect(counts.failure).toBe(1);
  expect(findings.filter(({ status }: { status: string }) => status === 'failure')).toEqual([
    {
      ...{ check: 'queue', subject: 'absent', status: 'failure', found: 'there is no such queue' },
      ...{ expected: expect.any(String), advice: expect.stringContaining('--queues') },
    },
  ]);
  expect(code).toBe(1);
});

test('with --strict, a check that could not be made is exit code 1', async () => {
  expect((await doctor(['--strict'])).code).toBe(1);
});

test.each([
  ['an unknown option', ['--unknown'], {}, /unknown option/],
  ['an invalid setting', [], { GIRDER_WORKER_BROKER: 'amqp://host' }, /GIRDER_WORKER_BROKER|broker/],
])('%s is exit code 2', async (_, args, env, expected) => {
  const { code, text } = await doctor(args, env);
  expect(text).toMatch(expected);
  expect(code).toBe(2);
});
