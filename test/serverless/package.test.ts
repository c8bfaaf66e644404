import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeployment, type Deployment, type Package } from './deployment.ts';

describe('the stack that serverless package writes', { timeout: 120_000 }, () => {
  let deployment: Deployment;
  let packaged: Package;
  beforeAll(async () => {
    deployment = await createDeployment();
    packaged = await deployment.package();
  });
  afterAll(() => deployment.remove());

  test('is written without network access, credentials or a login', async () => {
    expect(await deployment.networkAttempts()).toBe('');
  });

  test('contains the dispatcher, its queues and table, the consumer of dead letters, remote control and what these need, and no other resources', () => {
    expect(Object.fromEntries(Object.entries(packaged.resources).map(([name, { Type }]) => [name, Type]))).toEqual({
      DispatcherLambdaFunction: 'AWS::Lambda::Function',
      DispatcherEventSourceMappingSQSTaskQueue: 'AWS::Lambda::EventSourceMapping',
      DispatcherRole: 'AWS::IAM::Role',
      DispatcherLogGroup: 'AWS::Logs::LogGroup',
      DeadLettersLambdaFunction: 'AWS::Lambda::Function',
      DeadLettersEventSourceMappingSQSUndeliveredQueue: 'AWS::Lambda::EventSourceMapping',
      DeadLettersRole: 'AWS::IAM::Role',
      DeadLettersLogGroup: 'AWS::Logs::LogGroup',
      ControlLambdaFunction: 'AWS::Lambda::Function',
      ControlRole: 'AWS::IAM::Role',
      ControlLogGroup: 'AWS::Logs::LogGroup',
      ControlTopic: 'AWS::SNS::Topic',
      ControlSnsSubscriptionCelerypidbox: 'AWS::SNS::Subscription',
      ControlLambdaPermissionCelerypidboxSNS: 'AWS::Lambda::Permission',
      TaskQueue: 'AWS::SQS::Queue',
      UndeliveredQueue: 'AWS::SQS::Queue',
      DeadLetterQueue: 'AWS::SQS::Queue',
      ResultTable: 'AWS::DynamoDB::Table',
      HistoryTable: 'AWS::DynamoDB::Table',
      HistoryPolicy: 'AWS::IAM::Policy',
      DeadLetterQueueAlarm: 'AWS::CloudWatch::Alarm',
      TaskQueueAgeAlarm: 'AWS::CloudWatch::Alarm',
      UndeliveredQueueAgeAlarm: 'AWS::CloudWatch::Alarm',
      DeadLettersErrorsAlarm: 'AWS::CloudWatch::Alarm',
      DeadLettersThrottlesAlarm: 'AWS::CloudWatch::Alarm',
      DispatcherErrorsAlarm: 'AWS::CloudWatch::Alarm',
      DispatcherThrottlesAlarm: 'AWS::CloudWatch::Alarm',
      ControlErrorsAlarm: 'AWS::CloudWatch::Alarm',
      // The bucket to which osls uploads the bundle.
      ServerlessDeploymentBucket: 'AWS::S3::Bucket',
      ServerlessDeploymentBucketPolicy: 'AWS::S3::BucketPolicy',
    });
  });

  test('configures the dispatcher with the queue and the table of the stack', () => {
    const { Code, ...properties } = packaged.resources.DispatcherLambdaFunction!.Properties;
    expect(properties).toEqual({
      FunctionName: 'girder-worker-dev-dispatcher',
      Description: expect.any(String),
      Handler: 'handler.handler',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 1769,
      Timeout: 300,
      EphemeralStorage: { Size: 512 },
      // Long chains, retries and waits for an eta are no endless loop.
      RecursiveLoop: 'Allow',
      Role: { 'Fn::GetAtt': ['DispatcherRole', 'Arn'] },
      Environment: {
        Variables: {
          GIRDER_WORKER_BROKER: 'sqs://',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own syntax
          GIRDER_WORKER_BACKEND: { 'Fn::Sub': 'dynamodb://@${AWS::Region}/${ResultTable}' },
          AWS_LAMBDA_NODEJS_WORKER_COUNT: '1',
          GIRDER_WORKER_API_URL: '',
          GIRDER_WORKER_HISTORY_TABLE: { Ref: 'HistoryTable' },
          GIRDER_WORKER_HISTORY_DAYS: '7',
          GIRDER_WORKER_METRICS: 'off',
          POWERTOOLS_SERVICE_NAME: 'girder-worker-dev',
          GIRDER_WORKER_TRACES: 'off',
        },
      },
    });
    expect(packaged.resources.DispatcherLambdaFunction!.DependsOn).toContain('DispatcherLogGroup');
  });

  test('maps the queue to the dispatcher, with partial batch responses and limited concurrency', () => {
    expect(packaged.resources.DispatcherEventSourceMappingSQSTaskQueue!.Properties).toEqual({
      EventSourceArn: { 'Fn::GetAtt': ['TaskQueue', 'Arn'] },
      FunctionName: { 'Fn::GetAtt': ['DispatcherLambdaFunction', 'Arn'] },
      Enabled: true,
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 0,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 20 },
    });
  });

  test('hides a message for six times the timeout of the dispatcher, and takes it for undeliverable after ten deliveries', () => {
    expect(packaged.resources.TaskQueue!.Properties).toEqual({
      QueueName: 'celery',
      VisibilityTimeout: 6 * 300,
      MessageRetentionPeriod: 14 * 24 * 60 * 60,
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['UndeliveredQueue', 'Arn'] }, maxReceiveCount: 10 },
    });
  });

  test('maps undelivered messages to the consumer of dead letters, and keeps dead letters for 14 days, consumed by no function', () => {
    expect(packaged.resources.UndeliveredQueue!.Properties).toEqual({
      QueueName: 'celery-undelivered',
      VisibilityTimeout: 6 * 60,
      MessageRetentionPeriod: 14 * 24 * 60 * 60,
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['DeadLetterQueue', 'Arn'] }, maxReceiveCount: 110 },
    });
    expect(packaged.resources.DeadLettersEventSourceMappingSQSUndeliveredQueue!.Properties).toEqual({
      EventSourceArn: { 'Fn::GetAtt': ['UndeliveredQueue', 'Arn'] },
      FunctionName: { 'Fn::GetAtt': ['DeadLettersLambdaFunction', 'Arn'] },
      Enabled: true,
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    const sources = Object.values(packaged.resources)
      .filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping')
      .map(({ Properties }) => Properties.EventSourceArn);
    expect(sources).not.toContainEqual({ 'Fn::GetAtt': ['DeadLetterQueue', 'Arn'] });
    expect(packaged.resources.DeadLetterQueue!.Properties).toEqual({
      QueueName: 'celery-dead-letters',
      MessageRetentionPeriod: 14 * 24 * 60 * 60,
    });
  });

  test("creates the table of Celery's result backend: key id, expiry by ttl", () => {
    expect(packaged.resources.ResultTable!.Properties).toEqual({
      TableName: 'celery',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
    });
  });

  test('grants the dispatcher each action that it needs on the resources of the stack, and no other actions', () => {
    const { AssumeRolePolicyDocument, Policies, ...rest } = packaged.resources.DispatcherRole!.Properties;
    expect(rest).toEqual({}); // No managed policies: the statements below are all permissions.
    const [{ PolicyDocument }] = Policies as [{ PolicyDocument: { Statement: Record<string, unknown>[] } }];
    expect(Policies).toHaveLength(1);
    expect(PolicyDocument.Statement.map(({ Effect, Action, Resource }) => ({ Effect, Action, Resource }))).toEqual([
      {
        Effect: 'Allow',
        Action: [
          'sqs:ReceiveMessage',
          'sqs:DeleteMessage',
          'sqs:GetQueueAttributes',
          'sqs:ChangeMessageVisibility',
          'sqs:GetQueueUrl',
          'sqs:SendMessage',
        ],
        Resource: [{ 'Fn::GetAtt': ['TaskQueue', 'Arn'] }],
      },
      {
        Effect: 'Allow',
        Action: ['sqs:GetQueueUrl', 'sqs:SendMessage'],
        Resource: [{ 'Fn::GetAtt': ['UndeliveredQueue', 'Arn'] }],
      },
      {
        Effect: 'Allow',
        Action: [
          ...['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem'],
          ...['dynamodb:PartiQLInsert', 'dynamodb:PartiQLUpdate'],
        ],
        Resource: { 'Fn::GetAtt': ['ResultTable', 'Arn'] },
      },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: [{ 'Fn::GetAtt': ['DispatcherLogGroup', 'Arn'] }],
      },
    ]);
    expect(AssumeRolePolicyDocument).toMatchObject({
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
  });

  test('grants the consumer of dead letters the actions to take undelivered messages, to keep them and to fail their tasks, and no others', () => {
    const { Policies, AssumeRolePolicyDocument, ...rest } = packaged.resources.DeadLettersRole!.Properties;
    expect(rest).toEqual({});
    const [{ PolicyDocument }] = Policies as [{ PolicyDocument: { Statement: Record<string, unknown>[] } }];
    expect(Policies).toHaveLength(1);
    const send = ['sqs:GetQueueUrl', 'sqs:SendMessage'];
    expect(PolicyDocument.Statement.map(({ Effect, Action, Resource }) => ({ Effect, Action, Resource }))).toEqual([
      {
        Effect: 'Allow',
        Action: [
          ...['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'],
          ...send,
        ],
        Resource: [{ 'Fn::GetAtt': ['UndeliveredQueue', 'Arn'] }],
      },
      { Effect: 'Allow', Action: send, Resource: [{ 'Fn::GetAtt': ['DeadLetterQueue', 'Arn'] }] },
      { Effect: 'Allow', Action: send, Resource: [{ 'Fn::GetAtt': ['TaskQueue', 'Arn'] }] },
      {
        Effect: 'Allow',
        Action: [
          ...['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem'],
          ...['dynamodb:PartiQLInsert', 'dynamodb:PartiQLUpdate'],
        ],
        Resource: { 'Fn::GetAtt': ['ResultTable', 'Arn'] },
      },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': ['DeadLettersLogGroup', 'Arn'] },
      },
    ]);
  });

  test('subscribes remote control to the topic that clients create, and lets only this topic invoke it', () => {
    expect(packaged.resources.ControlTopic!.Properties).toEqual({
      TopicName: 'celery-pidbox',
      // The tags of Kombu: SNS refuses CreateTopic if an existing topic has other tags.
      Tags: [
        { Key: 'ManagedBy', Value: 'Celery/Kombu' },
        { Key: 'Description', Value: 'This SNS topic is used by Kombu to enable Fanout support for AWS SQS.' },
      ],
    });
    expect(packaged.resources.ControlSnsSubscriptionCelerypidbox!.Properties).toEqual({
      TopicArn: { Ref: 'ControlTopic' },
      Protocol: 'lambda',
      Endpoint: { 'Fn::GetAtt': ['ControlLambdaFunction', 'Arn'] },
    });
    expect(packaged.resources.ControlLambdaPermissionCelerypidboxSNS!.Properties).toEqual({
      FunctionName: { 'Fn::GetAtt': ['ControlLambdaFunction', 'Arn'] },
      Action: 'lambda:InvokeFunction',
      Principal: 'sns.amazonaws.com',
      SourceArn: { Ref: 'ControlTopic' },
    });
  });

  test('configures remote control to reply with the node name of the dispatcher', () => {
    expect(packaged.resources.ControlLambdaFunction!.Properties).toMatchObject({
      Handler: 'control.handler',
      Role: { 'Fn::GetAtt': ['ControlRole', 'Arn'] },
      Environment: {
        Variables: {
          GIRDER_WORKER_QUEUES: 'celery',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own syntax
          GIRDER_WORKER_NODE_NAME: { 'Fn::Sub': 'girder-worker@${DispatcherLambdaFunction}' },
        },
      },
    });
  });

  test('grants remote control the actions to read, to revoke and to reply, and no others', () => {
    const { Policies, AssumeRolePolicyDocument, ...rest } = packaged.resources.ControlRole!.Properties;
    expect(rest).toEqual({});
    const [{ PolicyDocument }] = Policies as [{ PolicyDocument: { Statement: Record<string, unknown>[] } }];
    expect(Policies).toHaveLength(1);
    expect(PolicyDocument.Statement.map(({ Effect, Action, Resource }) => ({ Effect, Action, Resource }))).toEqual([
      {
        Effect: 'Allow',
        Action: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem', 'dynamodb:Scan'],
        Resource: { 'Fn::GetAtt': ['ResultTable', 'Arn'] },
      },
      {
        Effect: 'Allow',
        Action: ['sqs:GetQueueUrl', 'sqs:GetQueueAttributes'],
        Resource: ['TaskQueue', 'UndeliveredQueue', 'DeadLetterQueue'].map((id) => ({ 'Fn::GetAtt': [id, 'Arn'] })),
      },
      {
        Effect: 'Allow',
        Action: ['sqs:GetQueueUrl', 'sqs:SendMessage'],
        Resource: {
          // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own syntax
          'Fn::Sub': 'arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:*-reply-celery-pidbox',
        },
      },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': ['ControlLogGroup', 'Arn'] },
      },
    ]);
  });

  test('expires the logs of the dispatcher after 30 days', () => {
    expect(packaged.resources.DispatcherLogGroup!.Properties).toEqual({
      LogGroupName: '/aws/lambda/girder-worker-dev-dispatcher',
      RetentionInDays: 30,
    });
  });

  test('takes names and sizes as parameters, and derives dependent values from them', async () => {
    const { resources } = await deployment.package(
      ...[
        '--stage',
        'staging',
        '--param',
        'queues=renders',
        '--param',
        'table=results',
        '--param',
        'timeoutSeconds=900',
      ],
      ...['--param', 'memoryMb=512', '--param', 'architecture=x86_64', '--param', 'maxConcurrency=2'],
      ...['--param', 'batchSize=1', '--param', 'pointInTimeRecovery=true', '--param', 'maxReceiveCount=8'],
      ...['--param', 'warmReadUnits=12000', '--param', 'warmWriteUnits=20000'],
    );
    expect(resources.DispatcherLambdaFunction!.Properties).toMatchObject({
      FunctionName: 'girder-worker-staging-dispatcher',
      Timeout: 900,
      MemorySize: 512,
      Architectures: ['x86_64'],
    });
    expect(resources.TaskQueueRenders!.Properties).toMatchObject({ QueueName: 'renders', VisibilityTimeout: 5400 });
    expect(resources.TaskQueueRenders!.Properties.RedrivePolicy).toHaveProperty('maxReceiveCount', 8);
    expect(resources.DeadLetterQueueRenders!.Properties).toMatchObject({ QueueName: 'renders-dead-letters' });
    expect(resources.ResultTable!.Properties).toMatchObject({
      TableName: 'results',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      WarmThroughput: { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 20_000 },
    });
    expect(resources.DispatcherEventSourceMappingSQSTaskQueueRenders!.Properties).toMatchObject({
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 2 },
    });
  });

  test('gives each queue of the parameter `queues` a dead-letter queue, a mapping and permissions', async () => {
    const { resources } = await deployment.package('--param', 'queues=celery, my.tasks,orders.fifo');
    const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
    const ids = ['', 'MyTasks', 'Orders2eFifo'];
    const queues = ids.map((id) => resources[`TaskQueue${id}`]!.Properties);
    expect(queues.map(({ QueueName, FifoQueue }) => [QueueName, FifoQueue])).toEqual([
      ['celery', undefined],
      ['my-tasks', undefined],
      ['orders.fifo', true],
    ]);
    expect(queues.map(({ RedrivePolicy }) => RedrivePolicy)).toEqual(
      ids.map((id) => ({
        deadLetterTargetArn: arn(`UndeliveredQueue${id}`),
        maxReceiveCount: id.endsWith('Fifo') ? 900 : 10,
      })),
    );
    const undelivered = ids.map((id) => resources[`UndeliveredQueue${id}`]!.Properties);
    expect(undelivered.map(({ QueueName, FifoQueue }) => [QueueName, FifoQueue])).toEqual([
      ['celery-undelivered', undefined],
      ['my-tasks-undelivered', undefined],
      ['orders-undelivered.fifo', true],
    ]);
    expect(undelivered.map(({ RedrivePolicy }) => RedrivePolicy)).toEqual(
      ids.map((id) => ({
        deadLetterTargetArn: arn(`DeadLetterQueue${id}`),
        maxReceiveCount: id.endsWith('Fifo') ? 1000 : 110,
      })),
    );
    const deadLetters = ids.map((id) => resources[`DeadLetterQueue${id}`]!.Properties);
    expect(deadLetters.map(({ QueueName, FifoQueue }) => [QueueName, FifoQueue])).toEqual([
      ['celery-dead-letters', undefined],
      ['my-tasks-dead-letters', undefined],
      ['orders-dead-letters.fifo', true],
    ]);
    const mappings = ids.map((id) => resources[`DispatcherEventSourceMappingSQSTaskQueue${id}`]!.Properties);
    expect(mappings.map(({ EventSourceArn }) => EventSourceArn)).toEqual(ids.map((id) => arn(`TaskQueue${id}`)));
    expect(mappings.map(({ MaximumBatchingWindowInSeconds: window }) => window)).toEqual([0, 0, undefined]);
    expect(mappings.every(({ FunctionResponseTypes }) => FunctionResponseTypes)).toBe(true);

    const statements = (role: string) => {
      const [{ PolicyDocument }] = resources[role]!.Properties.Policies as [
        { PolicyDocument: { Statement: { Sid: string; Resource: unknown }[] } },
      ];
      return new Map(PolicyDocument.Statement.map(({ Sid, Resource }) => [Sid, Resource]));
    };
    const dispatcher = statements('DispatcherRole');
    expect(dispatcher.get('TakeAndSendTasks')).toEqual(ids.map((id) => arn(`TaskQueue${id}`)));
    expect(dispatcher.get('SetAsideWhatCannotBeDecoded')).toEqual(ids.map((id) => arn(`UndeliveredQueue${id}`)));
    expect(statements('DeadLettersRole').get('KeepDeadLetters')).toEqual(ids.map((id) => arn(`DeadLetterQueue${id}`)));
    expect(statements('ControlRole').get('CountMessages')).toEqual(
      ids.flatMap((id) => ['TaskQueue', 'UndeliveredQueue', 'DeadLetterQueue'].map((kind) => arn(kind + id))),
    );
    const { Variables } = resources.ControlLambdaFunction!.Properties.Environment as { Variables: object };
    expect(Variables).toHaveProperty('GIRDER_WORKER_QUEUES', 'celery, my.tasks,orders.fifo');
  });

  test.each([' , ', 'a.b,a-b', 'celery,celery'])(
    'is not written for the queues "%s", and the error names the parameter',
    async (queues) => {
      const refused = deployment.package('--param', `queues=${queues}`);
      await expect(refused).rejects.toThrow(
        expect.objectContaining({ stdout: expect.stringContaining('"queues" must be') }),
      );
    },
  );
});
