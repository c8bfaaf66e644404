import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readZip } from './readZip.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const serverless = path.join(root, 'node_modules/osls/bin/serverless.js');
const noNetwork = path.join(root, 'test/fixtures/serverless/no-network.cjs');

interface Resource {
  readonly Type: string;
  readonly DependsOn?: readonly string[];
  readonly Properties: Record<string, unknown>;
}

interface Package {
  readonly resources: Readonly<Record<string, Resource>>;
  readonly files: ReadonlyMap<string, Buffer>;
}

describe('serverless package', { timeout: 120_000 }, () => {
  let folder: string;
  let deployment: string;
  let attempts: string;
  let packaged: Package;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'girder-worker-serverless-'));
    // A deployment of its own, as packaging builds, and other tests use what is built in this one.
    deployment = path.join(folder, 'deployment');
    attempts = path.join(folder, 'network-attempts');
    await mkdir(deployment);
    await writeFile(attempts, '');
    for (const copied of ['package.json', 'package-lock.json', 'serverless.yml', 'infra', 'functions', 'scripts']) {
      await cp(path.join(root, copied), path.join(deployment, copied), { recursive: true });
    }
    for (const linked of ['node_modules', 'packages', 'plugins']) {
      await symlink(path.join(root, linked), path.join(deployment, linked));
    }
    packaged = await packageStack();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function packageStack(...options: string[]): Promise<Package> {
    const target = await mkdtemp(path.join(folder, 'package-'));
    await run(process.execPath, [serverless, 'package', '--package', target, ...options], {
      cwd: deployment,
      env: {
        PATH: process.env.PATH,
        HOME: folder, // Nothing is configured: no AWS profile, no npm settings.
        NODE_OPTIONS: `--require=${noNetwork}`,
        NETWORK_ATTEMPTS: attempts,
        npm_config_update_notifier: 'false', // npm's own, and not a part of packaging.
      },
    });
    const template = await readFile(path.join(target, 'cloudformation-template-update-stack.json'), 'utf8');
    const files = readZip(await readFile(path.join(target, 'dispatcher.zip')));
    return { resources: JSON.parse(template).Resources, files };
  }

  test('needs no network, no credentials and no log-in', async () => {
    expect(await readFile(attempts, 'utf8')).toBe('');
  });

  test('writes the dispatcher, the two queues, the table, and what these need, and nothing else', () => {
    expect(Object.fromEntries(Object.entries(packaged.resources).map(([name, { Type }]) => [name, Type]))).toEqual({
      DispatcherLambdaFunction: 'AWS::Lambda::Function',
      DispatcherEventSourceMappingSQSTaskQueue: 'AWS::Lambda::EventSourceMapping',
      DispatcherRole: 'AWS::IAM::Role',
      DispatcherLogGroup: 'AWS::Logs::LogGroup',
      TaskQueue: 'AWS::SQS::Queue',
      DeadLetterQueue: 'AWS::SQS::Queue',
      ResultTable: 'AWS::DynamoDB::Table',
      // osls's own, into which it uploads the bundle.
      ServerlessDeploymentBucket: 'AWS::S3::Bucket',
      ServerlessDeploymentBucketPolicy: 'AWS::S3::BucketPolicy',
    });
  });

  test('configures the function with the queue and the table of its stack', () => {
    const { Code, ...properties } = packaged.resources.DispatcherLambdaFunction!.Properties;
    expect(properties).toEqual({
      FunctionName: 'girder-worker-dev-dispatcher',
      Description: expect.any(String),
      Handler: 'handler.handler',
      Runtime: 'nodejs24.x',
      Architectures: ['x86_64'],
      MemorySize: 1769,
      Timeout: 300,
      Role: { 'Fn::GetAtt': ['DispatcherRole', 'Arn'] },
      Environment: {
        Variables: {
          GIRDER_WORKER_BROKER: 'sqs://',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own syntax
          GIRDER_WORKER_BACKEND: { 'Fn::Sub': 'dynamodb://@${AWS::Region}/${ResultTable}' },
          GIRDER_WORKER_DEAD_LETTER_QUEUE_URL: { Ref: 'DeadLetterQueue' },
        },
      },
    });
    expect(packaged.resources.DispatcherLambdaFunction!.DependsOn).toContain('DispatcherLogGroup');
  });

  test('feeds the function from the queue, record by record, at a bounded concurrency', () => {
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

  test('hides a message for six times as long as the function may run, and sets it aside after ten deliveries', () => {
    expect(packaged.resources.TaskQueue!.Properties).toEqual({
      QueueName: 'celery',
      VisibilityTimeout: 6 * 300,
      MessageRetentionPeriod: 14 * 24 * 60 * 60,
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['DeadLetterQueue', 'Arn'] }, maxReceiveCount: 10 },
    });
    expect(packaged.resources.DeadLetterQueue!.Properties).toEqual({
      QueueName: 'celery-dead-letters',
      MessageRetentionPeriod: 14 * 24 * 60 * 60,
    });
  });

  test("makes the table as Celery's result backend has it: key id, expiry by ttl", () => {
    expect(packaged.resources.ResultTable!.Properties).toEqual({
      TableName: 'celery',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
    });
  });

  test('allows the function what it does, each on the one resource that it does it to', () => {
    const { AssumeRolePolicyDocument, Policies, ...rest } = packaged.resources.DispatcherRole!.Properties;
    expect(rest).toEqual({}); // No managed policy: the statements below are all there is.
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
        Resource: { 'Fn::GetAtt': ['TaskQueue', 'Arn'] },
      },
      { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: { 'Fn::GetAtt': ['DeadLetterQueue', 'Arn'] } },
      {
        Effect: 'Allow',
        Action: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem'],
        Resource: { 'Fn::GetAtt': ['ResultTable', 'Arn'] },
      },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': ['DispatcherLogGroup', 'Arn'] },
      },
    ]);
    expect(AssumeRolePolicyDocument).toMatchObject({
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
  });

  test('keeps the log for a limited time', () => {
    expect(packaged.resources.DispatcherLogGroup!.Properties).toEqual({
      LogGroupName: '/aws/lambda/girder-worker-dev-dispatcher',
      RetentionInDays: 30,
    });
  });

  test('archives the bundle that it has built, and nothing beside it', async () => {
    const built = await readdir(path.join(deployment, '.build/dispatcher'), { recursive: true, withFileTypes: true });
    const code = built
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.map'))
      .map((entry) =>
        path.relative(path.join(deployment, '.build/dispatcher'), path.join(entry.parentPath, entry.name)),
      );
    expect(new Set(packaged.files.keys())).toEqual(new Set(code));
    expect([...packaged.files.keys()].filter((file) => !file.startsWith('chunks/'))).toEqual([
      'handler.mjs',
      'thread.mjs',
    ]);
  });

  test('archives a handler that runs without any other file', async () => {
    const unpacked = path.join(folder, 'task');
    for (const [file, content] of packaged.files) {
      await mkdir(path.dirname(path.join(unpacked, file)), { recursive: true });
      await writeFile(path.join(unpacked, file), content);
    }
    const program = `const { handler } = await import(${JSON.stringify(pathToFileURL(path.join(unpacked, 'handler.mjs')))});
      const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => 10_000 };
      console.log(JSON.stringify(await handler({ Records: [] }, context)));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: unpacked,
      env: {
        AWS_REGION: 'us-east-1',
        GIRDER_WORKER_BROKER: 'sqs://',
        GIRDER_WORKER_BACKEND: 'dynamodb://@us-east-1/celery',
        GIRDER_WORKER_DEAD_LETTER_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/celery-dead-letters',
      },
    });
    expect(stdout).toBe('{"batchItemFailures":[]}\n');
  });

  test('takes names and sizes as parameters, and makes what depends on them follow', async () => {
    const { resources } = await packageStack(
      ...[
        '--stage',
        'staging',
        '--param',
        'queue=renders',
        '--param',
        'table=results',
        '--param',
        'timeoutSeconds=900',
      ],
      ...['--param', 'memoryMb=512', '--param', 'architecture=arm64', '--param', 'maxConcurrency=2'],
      ...['--param', 'batchSize=1', '--param', 'pointInTimeRecovery=true', '--param', 'maxReceiveCount=6'],
    );
    expect(resources.DispatcherLambdaFunction!.Properties).toMatchObject({
      FunctionName: 'girder-worker-staging-dispatcher',
      Timeout: 900,
      MemorySize: 512,
      Architectures: ['arm64'],
    });
    expect(resources.TaskQueue!.Properties).toMatchObject({ QueueName: 'renders', VisibilityTimeout: 5400 });
    expect(resources.TaskQueue!.Properties.RedrivePolicy).toHaveProperty('maxReceiveCount', '6');
    expect(resources.DeadLetterQueue!.Properties).toMatchObject({ QueueName: 'renders-dead-letters' });
    expect(resources.ResultTable!.Properties).toMatchObject({
      TableName: 'results',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
    expect(resources.DispatcherEventSourceMappingSQSTaskQueue!.Properties).toMatchObject({
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 2 },
    });
  });

  test('stops, and tells why, if the build fails', async () => {
    await writeFile(path.join(deployment, 'functions/dispatcher/handler.ts'), 'import "./nowhere.ts";');
    await expect(packageStack()).rejects.toMatchObject({ stdout: expect.stringContaining('npm run build failed (exit code 1).') });
  });
});
