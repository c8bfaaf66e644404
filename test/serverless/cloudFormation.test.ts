import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pythonPrograms } from '../support/pythonPrograms.ts';
import { requirePython } from '../support/requirements.ts';
import { createDeployment, type Deployment } from './deployment.ts';

const provider = 'arn:aws:lambda:us-east-1:123456789012:capacity-provider:tasks';
const kms = 'arn:aws:kms:us-east-1:123456789012';

describe.skipIf(!requirePython())("by the schemas of CloudFormation's resources, the template is valid", () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await createDeployment();
  });
  afterAll(() => deployment?.remove());

  test.each([
    ['with the defaults', []],
    [
      'with a key, tags, alarms, provisioned pollers, a warm table and a pool on managed instances',
      [
        ...['preset=burst', `kmsKey=${kms}:alias/celery`, 'tags=team=science', 'queues=celery,orders.fifo'],
        `pools=${JSON.stringify({ slow: { queues: 'nightly', preset: 'long', capacityProvider: provider } })}`,
        'alarmEmail=operator@example.org',
      ],
    ],
    [
      'with existing resources and encrypted logs',
      [
        ...['existingQueues=true', 'existingTable=true', 'existingTopic=true', 'encryptLogs=true'],
        `kmsKey=${kms}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
      ],
    ],
  ])(
    '%s',
    async (_, parameters) => {
      const { template } = await deployment.package(...parameters.flatMap((parameter) => ['--param', parameter]));
      const file = path.join(deployment.folder, 'template.json');
      await writeFile(file, template);
      const program = path.join(await pythonPrograms('cfn-lint==1.58.0'), 'cfn-lint');
      // W3005: osls lets each function depend on its role twice.
      const linting = promisify(execFile)(program, ['-r', 'us-east-1', '-i', 'W3005', '-t', file]);
      const { stdout } = await linting.catch((error: { stdout: string }) => error);
      expect(stdout).toBe('');
    },
    300_000,
  );
});
