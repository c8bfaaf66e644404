import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireMinistack, requirePython } from '../support/requirements.ts';
import { callAws } from './aws.ts';
import { testCeleryScenarios } from './celeryScenarios.ts';
import { testDashboard } from './dashboardScenario.ts';
import type { Emulator } from './emulator.ts';
import { testMessageScenarios } from './messageScenarios.ts';
import { startMinistack } from './ministack/ministack.ts';
import { testDoctor, testRemoval, testServerlessCommands } from './serverlessCommands.ts';
import { createServerlessStack, type ServerlessStack } from './serverlessStack.ts';
import { clientOf, testTypescriptClient } from './typescriptClient.ts';

describe.skipIf(!requirePython() || !requireMinistack())(
  'the stack that serverless deploy creates on MiniStack, which enforces the roles of the functions,',
  () => {
    let emulator: Emulator;
    let stack: ServerlessStack;
    beforeAll(async () => {
      emulator = await startMinistack();
      stack = await createServerlessStack(emulator, ['labtasks']);
      await stack.serverless('deploy');
    }, 400_000);
    afterAll(async () => {
      await stack?.remove();
      await emulator?.stop();
    });

    testCeleryScenarios(() => stack);
    testTypescriptClient(() => stack);
    testDashboard(() => stack);
    testMessageScenarios(() => stack);

    testServerlessCommands(() => stack);
    testDoctor(
      () => stack,
      [
        [
          'lambda',
          'put_function_recursion_config',
          { FunctionName: 'girder-worker-dev-dispatcher', RecursiveLoop: 'Allow' },
        ],
        [
          'dynamodb',
          'update_time_to_live',
          { TableName: 'celery', TimeToLiveSpecification: { Enabled: true, AttributeName: 'ttl' } },
        ],
      ],
    );

    const refused = () => stack.log().match(/^Refused by IAM: \S+/gm) ?? [];

    test('needs no permission besides those of its roles', () => {
      expect(refused()).toEqual([]);
    });

    test('cannot run a task without them', async () => {
      const [{ Roles }] = (await callAws(stack, [['iam', 'list_roles', {}]])) as [{ Roles: { RoleName: string }[] }];
      const role = Roles.find(({ RoleName }) => RoleName.includes('DispatcherRole'))!;
      await callAws(stack, [['iam', 'delete_role_policy', { RoleName: role.RoleName, PolicyName: 'dispatcher' }]]);
      await clientOf(stack).sendTask('labtasks.add', [1, 2]);
      await expect.poll(refused, { timeout: 60_000 }).toContain('Refused by IAM: dynamodb:UpdateItem');
    }, 90_000);

    testRemoval(() => stack);
  },
);
