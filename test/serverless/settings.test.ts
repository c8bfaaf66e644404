import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDeployment, type Deployment } from './deployment.ts';

let deployment: Deployment;
beforeAll(async () => {
  deployment = await createDeployment();
});
afterAll(() => deployment?.remove());

test('invalid parameters are reported together, each with what it must be, before anything is packaged', async () => {
  const invalid = {
    preset: 'bursts',
    capacityProvider: 'tasks',
    pools: 'heavy',
    timeoutSeconds: '901',
    memoryMb: '64',
    architecture: 'amd64',
    maxConcurrency: '1',
    batchSize: '11',
    maxReceiveCount: '5',
    logRetentionDays: '31',
    ephemeralStorageMb: '1.5',
    pointInTimeRecovery: 'yes',
    table: 'a b',
    topic: 'celery.fanout',
    existingQueues: 'celery',
    existingTopic: 'yes',
    existingTable: '1',
    warmReadUnits: '11999',
    warmWriteUnits: '1e4',
    kmsKey: 'alias/celery',
    encryptLogs: 'yes',
    tags: 'team=science,cost',
    traces: 'yes',
  };
  const options = Object.entries(invalid).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
  const { stdout } = await deployment.package(...options).then(
    () => expect.fail('it was packaged'),
    (error: { stdout: string }) => error,
  );
  for (const [name, value] of Object.entries(invalid)) {
    expect(stdout).toMatch(new RegExp(`The parameter "${name}" must be .+, got "${value.replace('.', '\\.')}"`));
  }
  expect(stdout).not.toContain('Bundled');
}, 120_000);

test('the limits themselves are accepted', async () => {
  const limits = [
    'timeoutSeconds=900',
    'memoryMb=10240',
    'maxConcurrency=1000',
    'maxReceiveCount=7',
    'logRetentionDays=3653',
  ];
  const { resources } = await deployment.package(...limits.flatMap((limit) => ['--param', limit]));
  expect(resources.DispatcherLambdaFunction!.Properties).toMatchObject({ Timeout: 900, MemorySize: 10240 });
}, 120_000);
