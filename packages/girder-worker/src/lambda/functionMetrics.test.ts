import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type EmfDocument, emfFaults } from '../../../../test/support/emfDocument.ts';
import type { Log } from '../events/log.ts';
import type { RunInfo } from '../events/taskEvents.ts';
import { decode } from '../message/decode.ts';
import { encode } from '../message/encode.ts';
import type { Outcome } from '../outcome/outcome.ts';
import { createFunctionMetrics, type FunctionMetrics } from './functionMetrics.ts';

const nowMs = Date.now();
const warnings: string[] = [];
const log = {
  warn: (text: string) => void warnings.push(text),
  error: (text: string) => void warnings.push(text),
} as Log;
const entry = { plugin: 'p@1', options: {}, load: () => undefined, parameters: { positional: [] } };

async function runOf(task: string, own: Partial<RunInfo> = {}, eta?: string): Promise<RunInfo> {
  return {
    message: await decode(encode({ task, id: crypto.randomUUID(), args: [], ...(eta !== undefined && { eta }) })),
    entry,
    delivery: { queueArn: 'arn:aws:sqs:us-east-1:0:celery', receiveCount: 1, sizeBytes: 1, sentMs: nowMs - 250 },
    logFields: {},
    ...own,
  };
}

const env = { POWERTOOLS_SERVICE_NAME: 'my-stack' };

const success = { state: 'SUCCESS', resultJson: '1' } as unknown as Outcome;
const outcome = (state: string) => ({ state }) as unknown as Outcome;

let lines: string[];
let metrics: FunctionMetrics;
beforeEach(async () => {
  lines = [];
  warnings.length = 0;
  vi.stubEnv('POWERTOOLS_DEV', undefined);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  metrics = (await createFunctionMetrics({ env, log, system: { now: () => nowMs }, hasQueueTime: true }))!;
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function end(run: RunInfo, ended: Outcome, runtimeMs = 40): Promise<void> {
  await metrics.events.received?.(run);
  await metrics.events.ended?.(run, ended, runtimeMs);
}

async function flushed(): Promise<EmfDocument[]> {
  await metrics.flush();
  expect(lines.flatMap(emfFaults)).toEqual([]);
  return lines.map((line) => JSON.parse(line) as EmfDocument);
}

describe('the metrics of a function', () => {
  test('are one line for each task name: counts, runtimes and times in the queue, for the service and for the task', async () => {
    await end(await runOf('p.add'), success, 40);
    await end(await runOf('p.add'), success, 60);
    await end(await runOf('p.fails'), outcome('FAILURE'), 5);
    const documents = await flushed();
    expect(documents).toMatchObject([
      {
        ...{ service: 'my-stack', task: 'p.add', TasksReceived: 2, TasksSucceeded: 2 },
        ...{ TaskRuntime: [40, 60], QueueTime: [250, 250] },
      },
      { service: 'my-stack', task: 'p.fails', TasksReceived: 1, TasksFailed: 1, TaskRuntime: 5, QueueTime: 250 },
    ]);
    expect(documents[0]!._aws.CloudWatchMetrics).toEqual([
      {
        Namespace: 'GirderWorker',
        Dimensions: [['service'], ['service', 'task']],
        Metrics: [
          { Name: 'TasksReceived', Unit: 'Count' },
          { Name: 'TasksSucceeded', Unit: 'Count' },
          { Name: 'TaskRuntime', Unit: 'Milliseconds' },
          { Name: 'QueueTime', Unit: 'Milliseconds' },
        ],
      },
    ]);
  });

  test.each([
    ['RETRY', 'TasksRetried'],
    ['REVOKED', 'TasksRevoked'],
    ['REJECTED', 'TasksRejected'],
  ])('count a run that ends in %s as %s, without a runtime', async (state, name) => {
    await end(await runOf('p.task'), outcome(state));
    const [document] = await flushed();
    expect(document).toMatchObject({ TasksReceived: 1, [name]: 1 });
    expect(document).not.toHaveProperty('TaskRuntime');
  });

  test('write nothing for an invocation without tasks, and nothing twice', async () => {
    expect(await flushed()).toEqual([]);
    await end(await runOf('p.add'), success);
    expect(await flushed()).toHaveLength(1);
    expect(await flushed()).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  test('tell no time in the queue of a message that waited for its eta, or was delivered before', async () => {
    const eta = new Date(nowMs).toISOString();
    await end(await runOf('p.later', {}, eta), success);
    const again = await runOf('p.again');
    await end({ ...again, delivery: { ...again.delivery, receiveCount: 2 } }, success);
    for (const document of await flushed()) expect(document).not.toHaveProperty('QueueTime');
  });

  test('tell no time in the queue of a dead letter', async () => {
    metrics = (await createFunctionMetrics({ env, log, system: { now: () => nowMs }, hasQueueTime: false }))!;
    await end(await runOf('p.add'), outcome('FAILURE'));
    expect((await flushed())[0]).not.toHaveProperty('QueueTime');
  });

  test('count names that are not registered as one, because senders can invent any number, and CloudWatch charges for each', async () => {
    for (const name of ['made.up', 'made.up.too'])
      await end(await runOf(name, { entry: undefined }), outcome('FAILURE'));
    expect(await flushed()).toMatchObject([{ task: 'unregistered', TasksReceived: 2, TasksFailed: 2 }]);
  });

  test('have at most 51 lines for an invocation with any number of task names', async () => {
    for (let index = 0; index < 80; index++) await end(await runOf(`p.task${index}`), success);
    const documents = await flushed();
    expect(documents).toHaveLength(51);
    expect(documents.at(-1)).toMatchObject({ task: 'others', TasksSucceeded: 30 });
  });

  test('divide more than 99 runtimes into lines, and lose none', async () => {
    for (let index = 0; index < 250; index++) await end(await runOf('p.many'), success, index);
    const documents = await flushed();
    expect(documents.map(({ task }) => task)).toEqual(['p.many', 'p.many', 'p.many']);
    expect(documents.flatMap(({ TaskRuntime }) => TaskRuntime)).toEqual(
      Array.from({ length: 250 }, (_, index) => index),
    );
    expect(documents.map(({ TasksSucceeded }) => TasksSucceeded)).toEqual([250, undefined, undefined]);
  });

  test('replace characters of a task name that CloudWatch refuses', async () => {
    await end(await runOf('p.größe'), success);
    expect(await flushed()).toMatchObject([{ task: 'p.gr??e' }]);
  });

  test('fail no invocation if they cannot be written', async () => {
    vi.mocked(process.stdout.write).mockImplementation(() => {
      throw new Error('no space');
    });
    await end(await runOf('p.add'), success);
    await expect(metrics.flush()).resolves.toBeUndefined();
  });

  test('are not there without the package of Powertools, which the log tells', async () => {
    vi.resetModules();
    vi.doMock('@aws-lambda-powertools/metrics', () => Promise.reject(new Error('Cannot find package')));
    const { createFunctionMetrics: create } = await import('./functionMetrics.ts');
    expect(await create({ env, log, system: { now: () => nowMs }, hasQueueTime: true })).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining('install it in the deployment')]);
    vi.doUnmock('@aws-lambda-powertools/metrics');
  });
});
