import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeployment, type Deployment, type Package } from './deployment.ts';

describe('a stack whose queues, topic and table exist already', { timeout: 120_000 }, () => {
  let deployment: Deployment;
  let resources: Package['resources'];
  beforeAll(async () => {
    deployment = await createDeployment();
    const existing = ['existingQueues=true', 'existingTopic=true', 'existingTable=true', 'table=results'];
    const packaged = await deployment.package(
      ...['queues=celery,orders.fifo', ...existing].flatMap((parameter) => ['--param', parameter]),
    );
    resources = packaged.resources;
  });
  afterAll(() => deployment?.remove());

  const arn = (service: string, name: string) => ({
    'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${name}`,
  });
  const queues = [arn('sqs', 'celery'), arn('sqs', 'orders.fifo')];
  const table = arn('dynamodb', 'table/results');
  const topic = arn('sns', 'celery-pidbox');

  test('creates none of them, but the queues of undelivered messages and of dead letters, and the table of the history', () => {
    const named = (type: string) =>
      Object.values(resources)
        .filter(({ Type }) => Type === type)
        .map(({ Properties }) => Properties.QueueName);
    expect(named('AWS::SQS::Queue').sort()).toEqual([
      ...['celery-dead-letters', 'celery-undelivered', 'orders-dead-letters.fifo', 'orders-undelivered.fifo'],
    ]);
    const tables = Object.values(resources).filter(({ Type }) => Type === 'AWS::DynamoDB::Table');
    expect(tables.map(({ Properties }) => Properties.TableName)).toEqual(['results-history']);
    expect(named('AWS::SNS::Topic')).toEqual([]);
    expect(JSON.stringify(resources)).not.toMatch(/"(TaskQueue|TaskQueueOrders2eFifo|ResultTable|ControlTopic)"/);
  });

  test('consumes the queues and subscribes to the topic by their ARNs', () => {
    const ids = ['', 'Orders2eFifo'];
    const mappings = ids.map((id) => resources[`DispatcherEventSourceMappingSQSTaskQueue${id}`]!);
    expect(mappings.map(({ Properties }) => Properties.EventSourceArn)).toEqual(queues);
    expect(mappings.map(({ DependsOn }) => DependsOn)).toEqual([['DispatcherRole'], ['DispatcherRole']]);
    expect(resources.ControlSnsSubscriptionCelerypidbox!.Properties).toMatchObject({ TopicArn: topic });
    expect(resources.ControlLambdaPermissionCelerypidboxSNS!.Properties).toMatchObject({ SourceArn: topic });
  });

  test('tells the functions the name of the table', () => {
    for (const name of ['Dispatcher', 'DeadLetters', 'Control']) {
      expect(resources[`${name}LambdaFunction`]!.Properties.Environment).toMatchObject({
        // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own syntax
        Variables: { GIRDER_WORKER_BACKEND: { 'Fn::Sub': 'dynamodb://@${AWS::Region}/results' } },
      });
    }
  });

  test('permits the functions what they need on these resources, and on no others', () => {
    const granted = (role: string) => {
      const [{ PolicyDocument }] = resources[role]!.Properties.Policies as [
        { PolicyDocument: { Statement: { Sid: string; Resource: unknown }[] } },
      ];
      return Object.fromEntries(PolicyDocument.Statement.map(({ Sid, Resource }) => [Sid, Resource]));
    };
    expect(granted('DispatcherRole')).toMatchObject({ TakeAndSendTasks: queues, ClaimTasksAndStoreResults: table });
    expect(granted('DeadLettersRole')).toMatchObject({ SendWhatFollowsFailedTasks: queues, StoreFailures: table });
    expect(granted('ControlRole')).toMatchObject({
      RevokeAndLookAtTasks: table,
      CountMessages: expect.arrayContaining(queues),
    });
  });

  test('has alarms on the queues by their names', () => {
    expect(resources.TaskQueueOrders2eFifoAgeAlarm!.Properties).toMatchObject({
      Dimensions: [{ Name: 'QueueName', Value: 'orders.fifo' }],
      Threshold: 6 * 300 + 15 * 60,
    });
  });
});
