import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireJava, requirePython } from '../support/requirements.ts';
import { existingResources } from './aws.ts';
import { testCeleryScenarios } from './celeryScenarios.ts';
import { testDashboard } from './dashboardScenario.ts';
import type { Emulator } from './emulator.ts';
import { findLocalstackPython, startLocalstack } from './localstack/localstack.ts';
import { testMessageScenarios } from './messageScenarios.ts';
import { testServerlessCommands } from './serverlessCommands.ts';
import { createServerlessStack, type ServerlessStack } from './serverlessStack.ts';
import { testTypescriptClient } from './typescriptClient.ts';

const python = findLocalstackPython();

/** Runs on request, as `.ci/run` does: LocalStack needs Python 3.13, which is in few distributions, and takes four minutes. */
const isWanted = process.env.GIRDER_WORKER_TEST_LOCALSTACK === 'on';

describe.skipIf(!isWanted || !requirePython() || !requireJava() || python === undefined)(
  'the stack that serverless deploy creates on LocalStack',
  () => {
    let emulator: Emulator;
    let stack: ServerlessStack;
    beforeAll(async () => {
      emulator = await startLocalstack(python!);
      stack = await createServerlessStack(emulator, ['labtasks']);
      await stack.serverless('deploy');
    }, 900_000);
    afterAll(async () => {
      await stack?.remove();
      await emulator?.stop();
    });

    testCeleryScenarios(() => stack);
    testTypescriptClient(() => stack);
    testDashboard(() => stack);
    testMessageScenarios(() => stack);
    testServerlessCommands(() => stack);

    test('serverless remove leaves nothing, although it ends with an error: osls asks for ECR, which the free LocalStack has not', async () => {
      await expect(stack.serverless('remove')).rejects.toThrow('The API for service ecr is either not included');
      await expect.poll(() => existingResources(stack), { timeout: 60_000, interval: 1000 }).toEqual([]);
    }, 180_000);
  },
);
