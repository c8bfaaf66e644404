import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeployment, type Deployment } from './deployment.ts';

describe('the preset', { timeout: 240_000 }, () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await createDeployment();
  });
  afterAll(() => deployment?.remove());

  const packaged = async (...parameters: string[]) => {
    const { resources } = await deployment.package(...parameters.flatMap((parameter) => ['--param', parameter]));
    return resources;
  };

  test('burst provisions pollers instead of a maximum, except for FIFO queues, and warms the table', async () => {
    const resources = await packaged('preset=burst', 'queues=celery,orders.fifo', 'warmReadUnits=30000');
    const { ScalingConfig, ...mapping } = resources.DispatcherEventSourceMappingSQSTaskQueue!.Properties;
    expect(ScalingConfig).toBeUndefined();
    expect(mapping.ProvisionedPollerConfig).toEqual({ MinimumPollers: 2, MaximumPollers: 20 });
    const fifo = resources.DispatcherEventSourceMappingSQSTaskQueueOrders2eFifo!.Properties;
    expect(fifo).not.toHaveProperty('ProvisionedPollerConfig');
    expect(fifo.ScalingConfig).toEqual({ MaximumConcurrency: 200 });
    expect(resources.ResultTable!.Properties.WarmThroughput).toEqual({
      ReadUnitsPerSecond: 30_000,
      WriteUnitsPerSecond: 8000,
    });
    expect(resources.DispatcherLambdaFunction!.Properties).toMatchObject({ Timeout: 300, MemorySize: 1769 });
  });

  test('burst keeps to maxConcurrency, with two pollers at least', async () => {
    const resources = await packaged('preset=burst', 'maxConcurrency=5');
    expect(resources.DispatcherEventSourceMappingSQSTaskQueue!.Properties.ProvisionedPollerConfig).toEqual({
      MinimumPollers: 2,
      MaximumPollers: 2,
    });
  });

  test('long runs the dispatcher on managed instances for 90 minutes, under another name, one invocation at a time', async () => {
    const provider = 'arn:aws:lambda:us-east-1:123456789012:capacity-provider:tasks';
    const resources = await packaged('preset=long', `capacityProvider=${provider}`, 'queues=celery,fast');
    expect(resources.DispatcherLambdaFunction!.Properties).toMatchObject({
      FunctionName: 'girder-worker-dev-dispatcher-long',
      Environment: { Variables: { AWS_LAMBDA_NODEJS_WORKER_COUNT: '1', GIRDER_WORKER_BROKER: 'sqs://' } },
      Timeout: 5400,
      MemorySize: 4096,
      CapacityProviderConfig: {
        LambdaManagedInstancesCapacityProviderConfig: {
          ...{ CapacityProviderArn: provider, PerExecutionEnvironmentMaxConcurrency: 1 },
          ExecutionEnvironmentMemoryGiBPerVCpu: 2,
        },
      },
      FunctionScalingConfig: { MaxExecutionEnvironments: 40 },
    });
    expect(resources.DispatcherLogGroup!.Properties).toMatchObject({
      LogGroupName: '/aws/lambda/girder-worker-dev-dispatcher-long',
    });
    expect(resources.TaskQueue!.Properties).toMatchObject({ VisibilityTimeout: 6 * 5400 });
    expect(resources.TaskQueueAgeAlarm!.Properties).toMatchObject({ Threshold: 6 * 5400 + 15 * 60 });
    expect(resources.DispatcherEventSourceMappingSQSTaskQueue!.Properties.ScalingConfig).toEqual({
      MaximumConcurrency: 20,
    });
    for (const name of ['DeadLetters', 'Control'])
      expect(resources[`${name}LambdaFunction`]!.Properties).not.toHaveProperty('CapacityProviderConfig');
  });

  test.each([
    [['preset=long'], 'The parameter "capacityProvider" must be the ARN of a capacity provider'],
    [['preset=long', 'timeoutSeconds=5401'], 'The parameter "timeoutSeconds" must be a whole number from 1 to 5400'],
    [['preset=long', 'memoryMb=1769'], 'The parameter "memoryMb" must be a whole number from 2048 to 32768'],
    [['preset=burst', 'timeoutSeconds=901'], 'The parameter "timeoutSeconds" must be a whole number from 1 to 900'],
  ])('is not packaged with %j', async (parameters, problem) => {
    await expect(packaged(...parameters)).rejects.toMatchObject({ stdout: expect.stringContaining(problem) });
  });
});
