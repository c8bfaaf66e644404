import { ListQueuesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createQueue, localSqsClient } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { pythonVenv, requirePython } from '../support/requirements.ts';
import { type Stack, startStack } from '../support/stack.ts';
import type { WorkerProcess } from '../support/workerProcess.ts';
import { startWorkerStack, type WorkerStack } from '../support/workerStack.ts';
import { PythonSession, pythonEnvironment, scenarios } from './pythonSession.ts';

const plugins = ['gwexample', 'labtasks'];
const list = scenarios().get('control') ?? [];

/** Runs each scenario in Python. If one fails, the error contains what the node has printed. */
function testScenarios(session: () => PythonSession, printed: () => string): void {
  test.each(list.map((scenario) => [scenario.sentence, scenario] as const))(
    '%s',
    async (_sentence, scenario) => {
      await session()
        .run(scenario)
        .catch((error: unknown) => {
          expect.fail(`${error}\nThe node printed:\n${printed()}`);
        });
    },
    60_000,
  );
}

describe.skipIf(!requirePython())('remote control of the functions by a client of Celery 5.7.0', () => {
  let stack: Stack;
  let python: PythonSession;

  beforeAll(async () => {
    const [executable, started] = await Promise.all([pythonVenv('5.7.0'), startStack({ plugins })]);
    stack = started;
    const CONTROL_NODE = 'girder-worker@girder-worker-dev-dispatcher';
    python = new PythonSession(executable, pythonEnvironment({ ...stack.env, CONTROL_NODE }, stack.emulators));
  }, 300_000);

  afterAll(async () => {
    await python?.end();
    await stack?.stop();
  });

  testScenarios(
    () => python,
    () => stack.lines.slice(-40).join('\n'),
  );
});

describe.skipIf(!requirePython())('remote control of the long-running worker by a client of Celery 5.7.0', () => {
  const CONTROL_NODE = 'girder-worker@alone';
  let stack: WorkerStack;
  let sqs: SQSClient;
  let worker: WorkerProcess;
  let python: PythonSession;

  beforeAll(async () => {
    const [executable, started] = await Promise.all([pythonVenv('5.7.0'), startWorkerStack(...plugins)]);
    stack = started;
    sqs = localSqsClient(stack.emulators.sqsEndpoint);
    await createQueue(sqs, { name: 'celery', visibilityTimeoutSeconds: 60, maxReceiveCount: 10 });
    worker = await stack.startWorker('-n', CONTROL_NODE, '-c', '2');
    python = new PythonSession(executable, pythonEnvironment({ ...stack.env, CONTROL_NODE }, stack.emulators));
    await worker.printed('pidbox: Commands are taken from');
  }, 300_000);

  afterAll(async () => {
    await python?.end();
    await worker?.[Symbol.asyncDispose]();
    sqs?.destroy();
    await stack?.stop();
  });

  testScenarios(
    () => python,
    () => worker.text().split('\n').slice(-40).join('\n'),
  );

  const pidboxQueues = async () => {
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'girder-worker_alone-' }));
    return QueueUrls.filter((url) => url.endsWith('-celery-pidbox'));
  };

  test('control.shutdown() shuts the worker down, and its pidbox queue is deleted', async () => {
    expect(await pidboxQueues()).toHaveLength(1);
    await python.call('scenarios.control.shut_down');
    expect(await worker.ended).toBe(0);
    expect(worker.text()).toContain('worker: Warm shutdown');
    expect(await pidboxQueues()).toEqual([]);
  });
});
