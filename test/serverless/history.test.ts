import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeployment, type Deployment, type Package } from './deployment.ts';

describe('the history of runs', { timeout: 120_000 }, () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await createDeployment();
  });
  afterAll(() => deployment?.remove());

  const variablesOf = (resources: Package['resources'], name: string) =>
    (resources[`${name}LambdaFunction`]!.Properties.Environment as { Variables: Record<string, unknown> }).Variables;

  test('is a table of its own, whose items expire; the functions that end tasks know it, and may only add to it', async () => {
    const { resources } = await deployment.package('--param', 'table=results', '--param', 'historyDays=30');
    expect(resources.HistoryTable!.Properties).toMatchObject({
      TableName: 'results-history',
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    });
    for (const name of ['Dispatcher', 'DeadLetters'])
      expect(variablesOf(resources, name)).toMatchObject({
        ...{ GIRDER_WORKER_HISTORY_TABLE: { Ref: 'HistoryTable' }, GIRDER_WORKER_HISTORY_DAYS: '30' },
      });
    expect(variablesOf(resources, 'Control')).not.toHaveProperty('GIRDER_WORKER_HISTORY_TABLE');
    expect(resources.HistoryPolicy!.Properties).toMatchObject({
      Roles: [{ Ref: 'DispatcherRole' }, { Ref: 'DeadLettersRole' }],
      PolicyDocument: {
        Statement: [{ Action: 'dynamodb:PutItem', Resource: { 'Fn::GetAtt': ['HistoryTable', 'Arn'] } }],
      },
    });
  });

  test('with historyDays=0 does not exist: no table, no permission, and the functions know none', async () => {
    const { resources } = await deployment.package('--param', 'historyDays=0');
    expect(Object.keys(resources).filter((name) => name.startsWith('History'))).toEqual([]);
    expect(variablesOf(resources, 'Dispatcher')).toMatchObject({ GIRDER_WORKER_HISTORY_TABLE: '' });
  });
});
