import { afterAll, beforeAll, describe } from 'vitest';
import { isolatedVariables, stackVariables } from '../../packages/girder-worker-dev/src/local/emulators/variables.ts';
import { createDeployment, type Deployment } from '../serverless/deployment.ts';
import { type DevProcess, startDevIn } from '../support/devProcess.ts';
import { requirePython } from '../support/requirements.ts';
import { testCeleryScenarios } from './celeryScenarios.ts';
import { testMessageScenarios } from './messageScenarios.ts';
import { addPlugin } from './serverlessStack.ts';
import type { Target } from './target.ts';
import { testTypescriptClient } from './typescriptClient.ts';

describe.skipIf(!requirePython())('the stack of girder-worker dev', () => {
  let deployment: Deployment;
  let dev: DevProcess;
  let target: Target;
  beforeAll(async () => {
    deployment = await createDeployment();
    addPlugin(deployment.folder, 'labtasks');
    const cli = `${deployment.folder}/packages/girder-worker/src/cli/main.ts`;
    dev = startDevIn(deployment.folder, cli, ['--sqs-port', '0', '--dynamodb-port', '0']);
    await dev.printed('\nready\n');
    const [sqsEndpoint = '', dynamodbEndpoint = ''] = dev.endpoints();
    const endpoints = { sqsEndpoint, dynamodbEndpoint };
    target = {
      ...endpoints,
      env: isolatedVariables(process.env, stackVariables(endpoints, 'celery')),
      log: () => dev.text(),
    };
  }, 120_000);
  afterAll(async () => {
    dev?.child.kill('SIGTERM');
    await dev?.ended;
    await deployment?.remove();
  });

  testCeleryScenarios(() => target);
  testTypescriptClient(() => target);
  testMessageScenarios(() => target);
});
