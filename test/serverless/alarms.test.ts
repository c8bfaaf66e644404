import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeployment, type Deployment } from './deployment.ts';

describe('the alarms of the stack', { timeout: 240_000 }, () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await createDeployment();
  });
  afterAll(() => deployment?.remove());

  test('are on each queue, go to the topic and the e-mail address of the parameters, and measure age by the visibility timeout', async () => {
    const topic = 'arn:aws:sns:us-east-1:123456789012:alarms';
    const { resources } = await deployment.package(
      ...['--param', 'queues=celery,fast', '--param', `alarmTopic=${topic}`],
      ...['--param', 'alarmEmail=operator@example.org', '--param', 'timeoutSeconds=60'],
    );
    const alarms = Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm');
    expect(alarms.map(([name]) => name)).toEqual([
      ...['DeadLetterQueueAlarm', 'TaskQueueAgeAlarm', 'UndeliveredQueueAgeAlarm'],
      ...['DeadLetterQueueFastAlarm', 'TaskQueueFastAgeAlarm', 'UndeliveredQueueFastAgeAlarm'],
      ...[
        'DispatcherErrorsAlarm',
        'DispatcherThrottlesAlarm',
        'DeadLettersErrorsAlarm',
        'DeadLettersThrottlesAlarm',
        'ControlErrorsAlarm',
      ],
    ]);
    for (const [, { Properties }] of alarms) {
      expect(Properties).toMatchObject({
        AlarmActions: [topic, { Ref: 'AlarmTopic' }],
        OKActions: [topic, { Ref: 'AlarmTopic' }],
        TreatMissingData: 'notBreaching',
      });
    }
    expect(resources.AlarmTopic!.Properties).toEqual({
      Subscription: [{ Protocol: 'email', Endpoint: 'operator@example.org' }],
    });
    expect(resources.TaskQueueFastAgeAlarm!.Properties).toMatchObject({
      MetricName: 'ApproximateAgeOfOldestMessage',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': ['TaskQueueFast', 'QueueName'] } }],
      Threshold: 6 * 60 + 15 * 60,
    });
  });

  test.each([
    ['alarmTopic=alarms', 'The parameter "alarmTopic" must be the ARN of a standard SNS topic'],
    ['alarmEmail=operator', 'The parameter "alarmEmail" must be one e-mail address, got "operator"'],
  ])('are refused with --param %s, before anything is deployed', async (parameter, problem) => {
    await expect(deployment.package('--param', parameter)).rejects.toMatchObject({
      stdout: expect.stringContaining(problem),
    });
  });
});
