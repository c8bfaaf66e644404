import { CreateTableCommand, DynamoDBClient, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { loadConnections } from 'girder-worker/internal/aws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localCredentials, localRegion } from '../local/emulators/credentials.ts';
import { type Emulators, startEmulators } from '../local/emulators/emulators.ts';
import { createQueue, createResultTable, localSqsClient } from '../local/emulators/resources.ts';
import type { Finding } from './checks/finding.ts';
import { examine } from './examine.ts';
import { readStack, type StackOptions } from './facts/stack.ts';
import { type FakeAccount, startFakeLambda } from './fixtures/fakeLambda.ts';
import { healthyAccount, inspection } from './fixtures/healthyStack.ts';

/** SQS and DynamoDB are the emulators of the local stack; no emulator of Lambda and CloudWatch runs in Node.js, so these are fakes. */
let emulators: Emulators;
let lambda: Awaited<ReturnType<typeof startFakeLambda>>;
let account: FakeAccount;
beforeAll(async () => {
  emulators = await startEmulators();
  lambda = await startFakeLambda(() => account);
  await createResultTable(emulators.dynamodbEndpoint, 'celery');
});
afterAll(async () => {
  await lambda?.[Symbol.asyncDispose]();
  await emulators?.stop();
});

const environment = (): NodeJS.ProcessEnv => ({
  ...{ AWS_ENDPOINT_URL_SQS: emulators.sqsEndpoint, AWS_ENDPOINT_URL_DYNAMODB: emulators.dynamodbEndpoint },
  ...{ AWS_ENDPOINT_URL_LAMBDA: lambda.url, AWS_ENDPOINT_URL_CLOUDWATCH: lambda.url },
  ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
});

let number = 0;
interface Changes extends Partial<Pick<StackOptions, 'localTasks' | 'hasWorker'>> {
  readonly env?: () => NodeJS.ProcessEnv;
  readonly isFifo?: true;
  /** Attributes of the queue that differ from a healthy one. */
  readonly attributes?: Record<string, string>;
  readonly change?: (account: FakeAccount) => void;
  /** Gets the name of the queue; changes queues or tables. */
  readonly prepare?: (queue: string) => Promise<unknown>;
}

/** Creates a stack that is as `serverless deploy` leaves it but for some changes, and examines it. */
async function examineChanged(changes: Changes): Promise<Finding[]> {
  const queue = `queue${++number}${changes.isFifo ? '.fifo' : ''}`;
  const sqs = localSqsClient(emulators.sqsEndpoint);
  const { url } = await createQueue(sqs, {
    ...{ name: queue, visibilityTimeoutSeconds: 60, maxReceiveCount: 10, undeliveredTimeoutSeconds: 60 },
  });
  if (changes.attributes)
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: changes.attributes }));
  await changes.prepare?.(queue);
  account = healthyAccount(queue);
  changes.change?.(account);
  const env = { ...environment(), ...changes.env?.() };
  const { localTasks = { kind: 'value', value: inspection.tasks }, hasWorker = false } = changes;
  const connections = loadConnections(env);
  return examine(await readStack({ env, connections, queueNames: [queue], hasWorker, localTasks }));
}

const redrive = (target: string, maxReceiveCount: number) => ({
  RedrivePolicy: JSON.stringify({
    deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:${target}`,
    maxReceiveCount,
  }),
});

/** Sets attributes of a queue whose name ends in `end`. */
const setAttributes = (end: string, Attributes: Record<string, string>) => (queue: string) =>
  localSqsClient(emulators.sqsEndpoint).send(
    new SetQueueAttributesCommand({ QueueUrl: `${emulators.sqsEndpoint}/000000000000/${queue}${end}`, Attributes }),
  );

/** Sets a part of the account. */
const set = (part: Partial<FakeAccount>) => (changed: FakeAccount) => {
  Object.assign(changed, part);
};

/** Changes the configuration of the function that runs tasks. */
const configure = (configuration: object) => (changed: FakeAccount) => {
  changed.functions.tasks = { ...changed.functions.tasks, ...configuration };
};

/** Changes the mapping of the queue of tasks. */
const map = (settings: object) => (changed: FakeAccount) => {
  const [mappings] = Object.values(changed.mappings);
  mappings![0] = { ...mappings![0], ...settings };
};

const inspected = (answer: object) => (changed: FakeAccount) => {
  changed.invoke = () => ({ body: { ...inspection, ...answer } });
};

async function createTable(TableName: string, key: string, ttl?: string): Promise<void> {
  const client = new DynamoDBClient({
    ...{ endpoint: emulators.dynamodbEndpoint, region: localRegion, credentials: localCredentials },
  });
  await client.send(
    new CreateTableCommand({
      ...{ TableName, BillingMode: 'PAY_PER_REQUEST' },
      AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
      KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
    }),
  );
  if (ttl)
    await client.send(
      new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { AttributeName: ttl, Enabled: true } }),
    );
}
const withTable = (table: string) => () => ({ GIRDER_WORKER_BACKEND: `dynamodb://@us-east-1/${table}` });

test('a stack as serverless deploy leaves it has no fault, and no check is left out', async () => {
  const findings = await examineChanged({});
  expect(findings.filter(({ status }) => status !== 'ok')).toEqual([]);
  expect(new Set(findings.map(({ check }) => check))).toEqual(
    new Set([
      ...['queue', 'maxReceiveCount', 'redriveTarget', 'deadLetterQueue', 'visibilityTimeout', 'table', 'timeToLive'],
      ...['eventSourceMapping', 'reportBatchItemFailures', 'maximumConcurrency', 'alarm', 'clock'],
      ...['runtime', 'memory', 'environment', 'recursiveLoop', 'handler', 'registry', 'role'],
    ]),
  );
});

test('provisioned pollers limit the concurrency of a mapping', async () => {
  const ProvisionedPollerConfig = { MinimumPollers: 2, MaximumPollers: 20 };
  const findings = await examineChanged({ change: map({ ScalingConfig: undefined, ProvisionedPollerConfig }) });
  expect(findings.filter(({ status }) => status !== 'ok')).toEqual([]);
  expect(findings).toContainEqual(
    expect.objectContaining({
      check: 'maximumConcurrency',
      found: '20 provisioned pollers, of up to 10 invocations each',
    }),
  );
});

const faults: [fault: string, check: string, status: Finding['status'], found: RegExp, changes: Changes][] = [
  ['no redrive policy', 'maxReceiveCount', 'failure', /no redrive policy/, { attributes: { RedrivePolicy: '' } }],
  [
    ...(['six deliveries before a dead letter', 'maxReceiveCount', 'failure', /^6$/] as const),
    { prepare: (queue) => setAttributes('', redrive(`${queue}-undelivered`, 6))(queue) },
  ],
  ['a FIFO queue that allows ten deliveries', 'maxReceiveCount', 'failure', /^10$/, { isFifo: true }],
  [
    ...(['a redrive target without a consumer', 'redriveTarget', 'failure', /has no redrive policy/] as const),
    { prepare: (queue) => setAttributes('', redrive(`${queue}-dead-letters`, 10))(queue) },
  ],
  [
    ...(['a redrive target whose name does not tell its queue', 'redriveTarget', 'warning', /-other$/] as const),
    {
      prepare: async (queue) => {
        const Attributes = redrive(`${queue}-dead-letters`, 110);
        const QueueName = `${queue}-other`;
        await localSqsClient(emulators.sqsEndpoint).send(new CreateQueueCommand({ QueueName, Attributes }));
        await setAttributes('', redrive(QueueName, 10))(queue);
      },
    },
  ],
  [
    ...(['no more deliveries for the consumer of dead letters', 'deadLetterQueue', 'failure', /after 10/] as const),
    { prepare: (queue) => setAttributes('-undelivered', redrive(`${queue}-dead-letters`, 10))(queue) },
  ],
  [
    ...(['dead letters that are kept for an hour', 'deadLetterQueue', 'warning', /3600 s/] as const),
    { prepare: setAttributes('-dead-letters', { MessageRetentionPeriod: '3600' }) },
  ],
  ['three times the timeout', 'visibilityTimeout', 'warning', /^30 s/, { attributes: { VisibilityTimeout: '30' } }],
  [
    ...(['a timeout above the visibility timeout', 'visibilityTimeout', 'failure', /delivered again/] as const),
    { change: configure({ Timeout: 61 }) },
  ],
  [
    ...(['no function', 'eventSourceMapping', 'failure', /no function consumes/] as const),
    { change: set({ mappings: {} }) },
  ],
  ['a mapping that is off', 'eventSourceMapping', 'failure', /Disabled/, { change: map({ State: 'Disabled' }) }],
  [
    ...(['a mapping that cannot read its queue', 'eventSourceMapping', 'failure', /PROBLEM/] as const),
    { change: map({ LastProcessingResult: 'PROBLEM: Lambda cannot receive messages' }) },
  ],
  [
    ...(['batches that succeed or fail as a whole', 'reportBatchItemFailures', 'failure', /deleted/] as const),
    { change: map({ FunctionResponseTypes: undefined }) },
  ],
  ['no limit', 'maximumConcurrency', 'warning', /not set/, { change: map({ ScalingConfig: undefined }) }],
  ['Node.js 20', 'runtime', 'failure', /nodejs20/, { change: configure({ Runtime: 'nodejs20.x' }) }],
  ['another language', 'runtime', 'failure', /python/, { change: configure({ Runtime: 'python3.13' }) }],
  ['too little memory', 'memory', 'warning', /128 MB for 10/, { change: configure({ MemorySize: 128 }) }],
  [
    ...(['settings that the function refuses', 'environment', 'failure', /GIRDER_WORKER_BROKER/] as const),
    { change: configure({ Environment: { Variables: { GIRDER_WORKER_BROKER: 'amqp://host' } } }) },
  ],
  [
    ...(['a table that clients do not read', 'environment', 'failure', /table is other .* celery here/] as const),
    { change: configure({ Environment: { Variables: { GIRDER_WORKER_BACKEND: 'dynamodb:///other' } } }) },
  ],
  [
    ...(['a prefix that clients do not use', 'environment', 'failure', /KEY_PREFIX/] as const),
    { env: () => ({ GIRDER_WORKER_KEY_PREFIX: 'ours' }) },
  ],
  [
    ...(['an end of loops', 'recursiveLoop', 'failure', /16 messages/] as const),
    { change: set({ recursiveLoop: 'Terminate' }) },
  ],
  [
    ...(['a function that does not load', 'handler', 'failure', /withResolvers/] as const),
    {
      change: set({ invoke: () => ({ body: { errorMessage: 'no withResolvers' }, isError: true }) }),
    },
  ],
  ['a task that is not deployed', 'registry', 'failure', /: p.second/, { change: inspected({ tasks: ['p.first'] }) }],
  [
    ...(['a task that is no more in this folder', 'registry', 'warning', /: p.second/] as const),
    { localTasks: { kind: 'value', value: ['p.first'] } },
  ],
  ['a role without the table', 'role', 'failure', /denied/, { change: inspected({ tableFault: 'denied' }) }],
  ['no table', 'table', 'failure', /no such table/, { env: withTable('absent') }],
  [
    ...(['a table with another key', 'table', 'failure', /task \(HASH, S\)/] as const),
    { env: withTable('keyed'), prepare: () => createTable('keyed', 'task', 'ttl') },
  ],
  [
    ...(['a table without time to live', 'timeToLive', 'warning', /off/] as const),
    { env: withTable('kept'), prepare: () => createTable('kept', 'id') },
  ],
  [
    ...(['a table with time to live on another attribute', 'timeToLive', 'failure', /expires/] as const),
    { env: withTable('expiring'), prepare: () => createTable('expiring', 'id', 'expires') },
  ],
  ['no alarms', 'alarm', 'warning', /no alarm watches/, { change: set({ alarms: [] }) }],
];

test.each(faults)('%s is found by the check %s (%s)', async (_, check, status, found, changes) => {
  const faulty = (await examineChanged(changes)).filter(
    (finding) => finding.check === check && finding.status === status,
  );
  expect(faulty.length).toBeGreaterThan(0);
  for (const finding of faulty) {
    expect(finding).toMatchObject({ found: expect.stringMatching(found), expected: expect.any(String) });
    expect(finding.advice).toMatch(/\S/);
  }
});

describe('a check that cannot be made', () => {
  const notChecked = async (changes: Changes) =>
    (await examineChanged(changes)).filter(({ status }) => status === 'notChecked');

  test('says which permission is missing', async () => {
    const denied = ['ListEventSourceMappings', 'DescribeAlarms'];
    const found = await notChecked({ change: set({ denied }) });
    expect(new Set(found.map((finding) => finding.found))).toEqual(
      new Set([
        'The permission lambda:ListEventSourceMappings is missing.',
        'The permission cloudwatch:DescribeAlarms is missing.',
      ]),
    );
  });

  test('says that the local stack has no API of Lambda and CloudWatch', async () => {
    const { sqsEndpoint } = emulators;
    const env = () => ({ AWS_ENDPOINT_URL_LAMBDA: sqsEndpoint, AWS_ENDPOINT_URL_CLOUDWATCH: sqsEndpoint });
    const findings = await examineChanged({ env });
    const byStatus = (status: Finding['status']) => findings.filter((finding) => finding.status === status);
    expect(new Set(byStatus('notChecked').map(({ check }) => check))).toEqual(new Set(['eventSourceMapping', 'alarm']));
    for (const { found } of byStatus('notChecked')) expect(found).toContain(`${sqsEndpoint} does not answer`);
    expect(byStatus('failure')).toEqual([]);
  });

  test('is one of a function, where a long-running worker consumes the queue', async () => {
    const found = await notChecked({ hasWorker: true });
    expect(new Set(found.map(({ check }) => check))).toEqual(new Set(['eventSourceMapping']));
  });

  test('is one of the registry, where the handler does not know inspections or the folder has no registry', async () => {
    const old = await notChecked({
      change: set({ invoke: () => ({ body: { batchItemFailures: [] } }) }),
    });
    expect(new Set(old.map(({ check }) => check))).toEqual(new Set(['registry', 'role']));
    const bare = await notChecked({ localTasks: { kind: 'unavailable', reason: 'There is no registry.' } });
    expect(new Set(bare.map(({ check }) => check))).toEqual(new Set(['registry']));
  });
});
