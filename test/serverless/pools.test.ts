import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeployment, type Deployment, type Package } from './deployment.ts';

const provider = 'arn:aws:lambda:us-east-1:123456789012:capacity-provider:tasks';

describe('a stack with further pools of functions', { timeout: 240_000 }, () => {
  let deployment: Deployment;
  let resources: Package['resources'];
  beforeAll(async () => {
    deployment = await createDeployment();
    const pools = {
      heavy: { queues: 'renders,my.models', memoryMb: 10_240, timeoutSeconds: 900, maxConcurrency: 5, batchSize: 1 },
      slow: { queues: 'nightly', preset: 'long', capacityProvider: provider },
    };
    const parameters = [`pools=${JSON.stringify(pools)}`, 'timeoutSeconds=60'];
    const options = parameters.flatMap((text) => ['--param', text]);
    resources = (await deployment.package(...options)).resources;
  });
  afterAll(() => deployment?.remove());

  test('has a dispatcher for each pool with its own memory and timeout, which has all else of the first one', () => {
    const { Code, ...dispatcher } = resources.DispatcherLambdaFunction!.Properties;
    expect(dispatcher).toMatchObject({ FunctionName: 'girder-worker-dev-dispatcher', Timeout: 60, MemorySize: 1769 });
    expect(resources.DispatcherHeavyLambdaFunction!.Properties).toEqual({
      ...dispatcher,
      Code,
      FunctionName: 'girder-worker-dev-dispatcher-heavy',
      Description: 'Runs the Celery tasks of the queues renders,my.models',
      Timeout: 900,
      MemorySize: 10_240,
      Environment: {
        Variables: {
          ...(dispatcher.Environment as { Variables: object }).Variables,
          // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own syntax
          GIRDER_WORKER_NODE_NAME: { 'Fn::Sub': 'girder-worker@${DispatcherLambdaFunction}' },
        },
      },
    });
    expect(resources.DispatcherHeavyLogGroup!.Properties).toEqual({
      LogGroupName: '/aws/lambda/girder-worker-dev-dispatcher-heavy',
      RetentionInDays: 30,
    });
  });

  test('runs a pool on managed instances if its preset says so', () => {
    expect(resources.DispatcherSlowLambdaFunction!.Properties).toMatchObject({
      FunctionName: 'girder-worker-dev-dispatcher-slow-long',
      Timeout: 5400,
      MemorySize: 4096,
      CapacityProviderConfig: { LambdaManagedInstancesCapacityProviderConfig: { CapacityProviderArn: provider } },
    });
    expect(resources.DispatcherLambdaFunction!.Properties).not.toHaveProperty('CapacityProviderConfig');
  });

  test('maps each queue to the function of its pool', () => {
    const mappings = Object.entries(resources).filter(
      ([id, { Type }]) => Type === 'AWS::Lambda::EventSourceMapping' && id.startsWith('Dispatcher'),
    );
    const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
    expect(
      mappings.map(
        ([
          ,
          {
            Properties: { EventSourceArn, FunctionName, BatchSize, ScalingConfig },
          },
        ]) => [...[EventSourceArn, FunctionName, BatchSize, ScalingConfig]],
      ),
    ).toEqual([
      [arn('TaskQueue'), arn('DispatcherLambdaFunction'), 10, { MaximumConcurrency: 20 }],
      [arn('TaskQueueRenders'), arn('DispatcherHeavyLambdaFunction'), 1, { MaximumConcurrency: 5 }],
      [arn('TaskQueueMyModels'), arn('DispatcherHeavyLambdaFunction'), 1, { MaximumConcurrency: 5 }],
      [arn('TaskQueueNightly'), arn('DispatcherSlowLambdaFunction'), 10, { MaximumConcurrency: 20 }],
    ]);
    expect(mappings.every(([, { DependsOn }]) => DependsOn?.includes('DispatcherRole'))).toBe(true);
  });

  test('hides the messages of a queue for six times the timeout of its pool', () => {
    const ids = ['TaskQueue', 'TaskQueueRenders', 'TaskQueueMyModels', 'TaskQueueNightly'];
    expect(ids.map((id) => resources[id]!.Properties.VisibilityTimeout)).toEqual([360, 5400, 5400, 32_400]);
    expect(resources.TaskQueueRendersAgeAlarm!.Properties).toMatchObject({ Threshold: 5400 + 900 });
  });

  test('gives all pools one role, which may use all queues and write all their logs', () => {
    const [{ PolicyDocument }] = resources.DispatcherRole!.Properties.Policies as [
      { PolicyDocument: { Statement: { Sid: string; Resource: unknown }[] } },
    ];
    const granted = new Map(PolicyDocument.Statement.map(({ Sid, Resource }) => [Sid, Resource]));
    const arns = (...ids: string[]) => ids.map((id) => ({ 'Fn::GetAtt': [id, 'Arn'] }));
    expect(granted.get('TakeAndSendTasks')).toEqual(
      arns('TaskQueue', 'TaskQueueRenders', 'TaskQueueMyModels', 'TaskQueueNightly'),
    );
    expect(granted.get('WriteLogs')).toEqual(
      arns('DispatcherLogGroup', 'DispatcherHeavyLogGroup', 'DispatcherSlowLogGroup'),
    );
  });

  test('has alarms on the function of each pool', () => {
    for (const id of ['Dispatcher', 'DispatcherHeavy', 'DispatcherSlow']) {
      for (const [alarm, MetricName] of [['Errors', 'Errors'] as const, ['Throttles', 'Throttles'] as const]) {
        expect(resources[`${id}${alarm}Alarm`]!.Properties).toMatchObject({
          MetricName,
          Dimensions: [{ Name: 'FunctionName', Value: { Ref: `${id}LambdaFunction` } }],
        });
      }
    }
  });

  test('lets remote control count the messages of all queues', () => {
    expect(resources.ControlLambdaFunction!.Properties.Environment).toMatchObject({
      Variables: { GIRDER_WORKER_QUEUES: 'celery,renders,my.models,nightly' },
    });
  });

  test('is not packaged with settings that a pool cannot have, and all faults are reported', async () => {
    const pools = { heavy: { memory: 1024, timeoutSeconds: 901 }, slow: { queues: 'nightly', preset: 'long' } };
    const refused = deployment.package('--param', `pools=${JSON.stringify(pools)}`);
    const { stdout } = await refused.then(
      () => expect.fail('it was packaged'),
      (error: { stdout: string }) => error,
    );
    for (const fault of [
      'The pool "heavy" has no setting "memory": those of a pool are queues, preset,',
      'The setting "queues" of the pool "heavy" must be names of queues, separated by commas, got ""',
      'The setting "timeoutSeconds" of the pool "heavy" must be a whole number from 1 to 900',
      'The setting "capacityProvider" of the pool "slow" must be the ARN of a capacity provider',
    ])
      expect(stdout).toContain(fault);
  });

  test('is not packaged if two functions consume one queue', async () => {
    const refused = deployment.package('--param', 'pools={"heavy": {"queues": "celery"}}');
    await expect(refused).rejects.toMatchObject({ stdout: expect.stringContaining('also from those of "pools"') });
  });
});
