import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeployment, type Deployment, type Package } from './deployment.ts';

const key = 'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const alias = 'arn:aws:kms:us-east-1:123456789012:alias/celery';
const services = (...names: string[]) => names.map((name) => ({ 'Fn::Sub': `${name}.\${AWS::Region}.amazonaws.com` }));

describe('a stack that is encrypted with a key of the account', { timeout: 120_000 }, () => {
  let deployment: Deployment;
  let resources: Package['resources'];
  beforeAll(async () => {
    deployment = await createDeployment();
    const options = ['--param', `kmsKey=${key}`, '--param', 'encryptLogs=true'];
    resources = (await deployment.package(...options, '--param', 'alarmEmail=operator@example.org')).resources;
  });
  afterAll(() => deployment?.remove());

  const statementsOf = (name: string) =>
    (resources[`${name}KeyPolicy`]!.Properties.PolicyDocument as { Statement: Record<string, unknown>[] }).Statement;

  test('uses the key for queues, table, topic and log groups, but not for the topic of alarms', () => {
    for (const name of ['TaskQueue', 'UndeliveredQueue', 'DeadLetterQueue', 'ControlTopic'])
      expect(resources[name]!.Properties).toMatchObject({ KmsMasterKeyId: key });
    for (const name of ['ResultTable', 'HistoryTable'])
      expect(resources[name]!.Properties).toMatchObject({
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: key },
      });
    for (const name of ['Dispatcher', 'DeadLetters', 'Control'])
      expect(resources[`${name}LogGroup`]!.Properties).toMatchObject({ KmsKeyId: key, RetentionInDays: 30 });
    expect(resources.AlarmTopic!.Properties).not.toHaveProperty('KmsMasterKeyId');
  });

  test.each(['Dispatcher', 'DeadLetters'])(
    'lets %s decrypt items and messages, encrypt messages, and nothing else',
    (name) => {
      expect(resources[`${name}KeyPolicy`]!.Properties.Roles).toEqual([{ Ref: `${name}Role` }]);
      expect(statementsOf(name).map(({ Sid, ...rest }) => rest)).toEqual([
        {
          ...{ Effect: 'Allow', Action: 'kms:Decrypt', Resource: key },
          Condition: { StringEquals: { 'kms:ViaService': services('sqs', 'dynamodb') } },
        },
        {
          ...{ Effect: 'Allow', Action: 'kms:GenerateDataKey', Resource: key },
          Condition: { StringEquals: { 'kms:ViaService': services('sqs') } },
        },
      ]);
    },
  );

  test('lets remote control decrypt items, and nothing else', () => {
    expect(statementsOf('Control').map(({ Sid, ...rest }) => rest)).toEqual([
      {
        ...{ Effect: 'Allow', Action: 'kms:Decrypt', Resource: key },
        Condition: { StringEquals: { 'kms:ViaService': services('dynamodb') } },
      },
    ]);
  });

  test('consumes the queues only when the functions may decrypt', () => {
    const mapping = resources.DispatcherEventSourceMappingSQSTaskQueue!;
    expect(mapping.DependsOn).toEqual(['DispatcherRole', 'DispatcherKeyPolicy']);
  });

  test('with an alias permits the keys that have it', async () => {
    const { resources: aliased } = await deployment.package('--param', `kmsKey=${alias}`);
    expect(aliased.TaskQueue!.Properties).toMatchObject({ KmsMasterKeyId: alias });
    expect(aliased.ControlKeyPolicy!.Properties.PolicyDocument).toMatchObject({
      Statement: [
        {
          Resource: 'arn:aws:kms:us-east-1:123456789012:key/*',
          Condition: {
            StringEquals: { 'kms:ViaService': services('dynamodb') },
            'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/celery' },
          },
        },
      ],
    });
    expect(aliased.DispatcherLogGroup!.Properties).not.toHaveProperty('KmsKeyId');
  });

  test('is not written if log groups are to be encrypted with an alias, which CloudWatch Logs does not know', async () => {
    const refused = deployment.package('--param', `kmsKey=${alias}`, '--param', 'encryptLogs=true');
    await expect(refused).rejects.toMatchObject({
      stdout: expect.stringContaining('The parameter "encryptLogs" needs the ARN of a key'),
    });
  });
});
