import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDeployment, type Deployment } from './deployment.ts';

let deployment: Deployment;
beforeAll(async () => {
  deployment = await createDeployment();
});
afterAll(() => deployment?.remove());

test('the parameter `tags` adds tags to each resource that can have some, besides the topic that clients create', async () => {
  const { resources } = await deployment.package(
    ...['--param', 'tags=team=science, cost=42,note=a=b c', '--param', 'alarmEmail=operator@example.org'],
  );
  const tagged = Object.entries(resources).filter(([, { Properties }]) => Properties.Tags !== undefined);
  const { ControlTopic: clients, ...others } = Object.fromEntries(tagged);
  expect(clients!.Properties.Tags).toEqual([
    { Key: 'ManagedBy', Value: 'Celery/Kombu' },
    { Key: 'Description', Value: expect.any(String) },
  ]);
  expect(Object.keys(others)).toEqual(
    expect.arrayContaining([
      ...['DispatcherLambdaFunction', 'DeadLettersLambdaFunction', 'ControlLambdaFunction'],
      ...['DispatcherRole', 'DeadLettersRole', 'ControlRole', 'DispatcherLogGroup', 'ResultTable', 'AlarmTopic'],
      ...['TaskQueue', 'UndeliveredQueue', 'DeadLetterQueue', 'DispatcherEventSourceMappingSQSTaskQueue'],
    ]),
  );
  const untagged = Object.values(resources).filter(({ Properties }) => Properties.Tags === undefined);
  expect(new Set(untagged.map(({ Type }) => Type))).toEqual(
    new Set(['AWS::SNS::Subscription', 'AWS::Lambda::Permission', 'AWS::S3::BucketPolicy', 'AWS::IAM::Policy']),
  );
  for (const { Properties } of Object.values(others)) {
    expect(Properties.Tags).toEqual([
      { Key: 'team', Value: 'science' },
      { Key: 'cost', Value: '42' },
      { Key: 'note', Value: 'a=b c' },
    ]);
  }
}, 120_000);
