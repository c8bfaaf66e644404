import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetQueueAttributesCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { taskOf } from '../../packages/girder-worker/src/canvas/signatures/signature.ts';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { encode } from '../../packages/girder-worker/src/message/encode.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import type { HealthReport } from '../../packages/girder-worker/src/worker/health.ts';
import { startEmulators } from '../../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import {
  createQueue,
  createResultTable,
  localSqsClient,
} from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { isolatedVariables, stackVariables } from '../../packages/girder-worker-dev/src/local/emulators/variables.ts';
import { untilActive } from '../support/computingTask.ts';
import { familyOf } from '../support/processes.ts';
import { startTcpProxy } from '../support/tcpProxy.ts';
import { startWorkerProcess, type WorkerProcess } from '../support/workerProcess.ts';
import { startWorkerStack, type WorkerStack } from '../support/workerStack.ts';

const long = 600;
const leaseSeconds = 2;

let stack: WorkerStack;
let env: NodeJS.ProcessEnv;
let app: App;
let sqs: SQSClient;
beforeAll(async () => {
  stack = await startWorkerStack('gwexample', 'labtasks', 'workertasks');
  env = stack.env;
  app = new App(createTaskClient(env));
  sqs = localSqsClient(stack.emulators.sqsEndpoint);
});
afterAll(async () => {
  sqs?.destroy();
  await stack?.stop();
});

let count = 0;
/** Creates a queue with a long visibility timeout, as Lambda needs it. A worker must not depend on it. */
async function newQueue(suffix = ''): Promise<string> {
  const name = `queue-${++count}${suffix}`;
  await createQueue(sqs, { name, visibilityTimeoutSeconds: 300, maxReceiveCount: 10 });
  return name;
}

function startWorker(queues: string, ...args: string[]): Promise<WorkerProcess> {
  return stack.startWorker('-Q', queues, '--lease', String(leaseSeconds), ...args);
}

/** Sends a task that appends its start time to a file. Its first run takes `seconds`. */
async function sendTraced(queue: string, task: 'traced' | 'at_most_once', seconds: number) {
  const file = join(stack.root, `trace-${++count}`);
  const result = await app.sendTask(`workertasks.${task}`, [file, seconds], {}, { queue });
  /** The start times of its runs, in ms since 1970. */
  const begun = () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : []);
  return { result, begun };
}

function urlOf(queue: string): string {
  return `${stack.emulators.sqsEndpoint}/000000000000/${queue}`;
}

async function depth(queue: string): Promise<{ ready: number; inFlight: number }> {
  const command = new GetQueueAttributesCommand({ QueueUrl: urlOf(queue), AttributeNames: ['All'] });
  const { Attributes } = await sqs.send(command);
  return {
    ready: Number(Attributes?.ApproximateNumberOfMessages),
    inFlight: Number(Attributes?.ApproximateNumberOfMessagesNotVisible),
  };
}

const empty = { ready: 0, inFlight: 0 };

describe('girder-worker worker', () => {
  test('prints Celery’s banner, runs the tasks of its queues, deletes their messages, and exits with 0 after SIGTERM', async () => {
    const [first, second] = [await newQueue(), await newQueue()];
    await using worker = startWorkerProcess(
      env,
      ...['worker', '-l', 'INFO', '-c', '2', '-n', 'w1@here', '-Q', `${first},${second}`, '--root', stack.root],
    );
    await worker.printed('w1@here ready.');
    expect(worker.text()).toMatch(/^ -------------- w1@here v\d/m);
    expect(worker.text()).toContain('.> concurrency: 2 (threads)');
    expect(worker.text()).toContain(`.> ${second}          exchange=${second}(direct) key=${second}`);
    expect(worker.text()).toContain('[tasks]\n  . gwexample.analyses.tasks.cancelable\n');

    const sent = await Promise.all(
      [first, second, first, second, first].map((queue, n) => app.sendTask('labtasks.add', [n, 1], {}, { queue })),
    );
    expect(await Promise.all(sent.map((result) => result.get({ timeoutMs: 10_000 })))).toEqual([1, 2, 3, 4, 5]);
    const failing = await app.sendTask('labtasks.raises', ['boom'], {}, { queue: first });
    await expect(failing.get({ timeoutMs: 10_000 })).rejects.toMatchObject({ name: 'ValueError' });
    await expect.poll(async () => [await depth(first), await depth(second)]).toEqual([empty, empty]);
    expect(familyOf(worker.child.pid!)).toEqual([worker.child.pid]); // It has threads, but no child processes.
    worker.child.kill('SIGTERM');
    expect(await worker.ended).toBe(0);
    expect(worker.text()).toMatch(/INFO\/MainProcess\] Task labtasks\.add\[.*\] succeeded in [\d.]+s: 5/);
    expect(worker.text()).toContain('worker: Warm shutdown (MainProcess)');
  });

  test('sets canceled in a running task that is revoked', async () => {
    const queue = await newQueue();
    await using _worker = await startWorker(queue);
    const result = await app.sendTask('gwexample.analyses.tasks.cancelable', [60_000], {}, { queue });
    await untilActive(app, result.id);
    await result.revoke();
    await expect(result.get({ timeoutMs: 10_000 })).rejects.toMatchObject({ name: 'TaskRevokedError' });
  });

  test('runs the steps of a chain in the queue with the prefix of its broker', async () => {
    const name = await newQueue();
    await createQueue(sqs, { name: `stage-${name}`, visibilityTimeoutSeconds: 300, maxReceiveCount: 10 });
    const prefixed = { ...env, GIRDER_WORKER_QUEUE_NAME_PREFIX: 'stage-' };
    const options = ['worker', '-Q', name, '-l', 'info', '--root', stack.root, '--no-build'];
    await using worker = startWorkerProcess(prefixed, ...options);
    await worker.printed(' ready.');
    const { chain, signature } = new App(createTaskClient(prefixed)).canvas;
    const add = (...args: number[]) => signature('labtasks.add', { args, queue: name });
    expect(await (await chain(add(1, 2), add(10), add(100)).applyAsync()).get({ timeoutMs: 15_000 })).toBe(113);
    expect(await depth(name)).toEqual(empty);
  });

  test('runs the steps of a chain in the queue of its first message, whatever name the sender has for that queue', async () => {
    const queue = await newQueue();
    await using _worker = await startWorker(queue);
    const step = (id: string, args: number[]) => ({ ...taskOf('labtasks.add', args), options: { task_id: id } });
    const embed = { callbacks: [], errbacks: [], chain: [step('last', [100]), step('second', [10])], chord: null };
    const deliveryInfo = { exchange: '', routingKey: 'name-of-a-predefined-queue' };
    const body = encode({ task: 'labtasks.add', id: 'first', args: [1, 2], embed, deliveryInfo });
    await sqs.send(new SendMessageCommand({ QueueUrl: urlOf(queue), MessageBody: body }));
    expect(await app.AsyncResult('last').get({ timeoutMs: 15_000 })).toBe(113);
  });

  test('runs the tasks of a message group one after the other, although more threads are free', async () => {
    const queue = await newQueue('.fifo');
    const sent = [];
    for (const text of ['one', 'two', 'three'])
      sent.push(await app.sendTask('labtasks.pauses', [0.2, text], {}, { queue }));
    await using worker = await startWorker(queue, '-c', '3');
    await Promise.all(sent.map((result) => result.get({ timeoutMs: 15_000 })));
    worker.child.kill('SIGTERM'); // A result is stored before its line is logged: the log is whole when the worker has ended.
    await worker.ended;
    const lines = worker.text().match(/Task labtasks\.pauses\[.*?\] (received|succeeded .*)/g) ?? [];
    expect(lines.map((line) => /(received|'?"?(?:one|two|three)"?)$/.exec(line)?.[1])).toEqual(
      ['one', 'two', 'three'].flatMap((text) => ['received', `"${text}"`]),
    );
  });
});

test.each(['', '.fifo'])(
  'a message that cannot be decoded moves to the dead-letter queue of its queue%s',
  async (suffix) => {
    const queue = await newQueue(suffix);
    await using worker = await startWorker(queue);
    const group = suffix && { MessageGroupId: 'g', MessageDeduplicationId: 'd' };
    await sqs.send(new SendMessageCommand({ QueueUrl: urlOf(queue), MessageBody: 'poison', ...group }));
    const letters = `${queue.replace('.fifo', '')}-dead-letters${suffix}`;
    await expect.poll(() => depth(letters), { timeout: 10_000 }).toEqual({ ready: 1, inFlight: 0 });
    await expect.poll(() => depth(queue)).toEqual(empty);
    expect(worker.text()).toMatch(/ERROR\/MainProcess\] Message .* cannot be decoded \(NOT_AN_ENVELOPE\)/);
  },
);

describe('a long task', () => {
  test('that takes longer than its lease runs once, although another worker polls its queue', async () => {
    const queue = await newQueue();
    await using _first = await startWorker(queue);
    await using _second = await startWorker(queue);
    const { result, begun } = await sendTraced(queue, 'traced', 4 * leaseSeconds);
    expect(await result.get({ timeoutMs: 20_000 })).toBe(1);
    expect(begun()).toHaveLength(1);
    await expect.poll(() => depth(queue)).toEqual(empty);
  });

  test('runs again on another worker when its worker was killed and its lease has expired', async () => {
    const queue = await newQueue();
    await using killed = await startWorker(queue);
    const { result, begun } = await sendTraced(queue, 'traced', long);
    await expect.poll(() => begun(), { timeout: 10_000 }).toHaveLength(1);
    await using _other = await startWorker(queue);
    expect(begun()).toHaveLength(1); // The lease was renewed, because the start of a worker takes about as long as a lease.
    const killedMs = Date.now();
    killed.child.kill('SIGKILL');
    expect(await result.get({ timeoutMs: 20_000 })).toBe(2);
    const waitedMs = begun()[1]! - killedMs;
    expect(waitedMs).toBeLessThan((leaseSeconds + 1) * 1000 + 2000); // Plus the time of a poll on a busy machine.
    await expect.poll(() => depth(queue)).toEqual(empty);
  });

  test('with acksLate false is deleted from its queue before it starts, and does not run again', async () => {
    const queue = await newQueue();
    await using killed = await startWorker(queue);
    const { result, begun } = await sendTraced(queue, 'at_most_once', long);
    await expect.poll(() => begun(), { timeout: 10_000 }).toHaveLength(1);
    expect(await depth(queue)).toEqual(empty);
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(await result.state()).toBe('PENDING');
  });
});

describe('girder-worker health', () => {
  const health = async (...args: string[]) => {
    const { ended, text } = startWorkerProcess(env, 'health', ...args);
    return { code: await ended, text: text() };
  };

  test('exits with 0 if the worker is ready, and with 1 and the reason if it does not answer', async () => {
    await using worker = await startWorker(await newQueue(), '--health-port', '0', '--health-host', '127.0.0.1');
    const port = /Health probes: http:\S+:(\d+)\/live/.exec(worker.text())![1]!;
    expect(await health('--port', port)).toEqual({ code: 0, text: 'ready\n' });
    expect(await health('--port', port, '--live')).toEqual({ code: 0, text: 'alive\n' });
    await using other = startWorkerProcess(
      env,
      ...['worker', '--root', stack.root, '--no-build', '--health-port', port],
    );
    expect(await other.ended).toBe(1);
    expect(other.text()).toContain(`girder-worker: Cannot listen for health probes on 127.0.0.1:${port}`);
    worker.child.kill('SIGKILL');
    await worker.ended;
    expect(await health('--port', port)).toEqual({
      code: 1,
      text: `not ready: The worker does not answer at 127.0.0.1:${port}: ECONNREFUSED\n`,
    });
  });
});

test('a worker with --health-port tells Prometheus its tasks and the lengths of its queues', async () => {
  const queue = await newQueue();
  await using worker = await startWorker(queue, '--health-port', '0');
  const url = /Metrics for Prometheus: (\S+)/.exec(worker.text())![1]!;
  const results = [
    await app.sendTask('labtasks.add', [1, 2], {}, { queue }),
    await app.sendTask('labtasks.add', [3, 4], {}, { queue }),
    await app.sendTask('labtasks.raises', ['boom'], {}, { queue }),
  ];
  for (const result of results) await result.get().catch(() => undefined);
  const labels = (task: string) => `\\{name="${task}",hostname="[^"]+",queue_name="${queue}"`;
  const metrics = async () => (await fetch(url)).text();
  await expect.poll(metrics).toMatch(new RegExp(`^celery_task_succeeded_total${labels('labtasks.add')}\\} 2$`, 'm'));
  const text = await metrics();
  expect(text).toMatch(
    new RegExp(`^celery_task_failed_total${labels('labtasks.raises')},exception="ValueError"\\} 1$`, 'm'),
  );
  expect(text).toMatch(new RegExp(`^celery_task_runtime_count${labels('labtasks.add')}\\} 2$`, 'm'));
  expect(text).toContain(`celery_queue_length{queue_name="${queue}"} 0`);
});

test('with GIRDER_WORKER_LOG_FORMAT=json, each line that a worker writes to stdout is a JSON object with fields for queries', async () => {
  const queue = await newQueue();
  await using worker = startWorkerProcess(
    { ...env, GIRDER_WORKER_LOG_FORMAT: 'json' },
    ...['-l', 'info', '-n', 'w1@here', '-Q', queue, '--root', stack.root],
  );
  let stdout = '';
  worker.child.stdout!.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  await worker.printed('w1@here ready.');
  const fails = await app.sendTask('labtasks.raises', ['boom'], {}, { queue });
  await expect(fails.get({ timeoutMs: 10_000 })).rejects.toThrow('boom');
  const logs = await app.sendTask('workertasks.logs_fields', [], {}, { queue });
  await logs.get({ timeoutMs: 10_000 });
  const message = new SendMessageCommand({ QueueUrl: urlOf(queue), MessageBody: 'no envelope' });
  const { MessageId } = await sqs.send(message);
  await worker.printed('cannot be decoded');
  worker.child.kill('SIGTERM');
  expect(await worker.ended).toBe(0);

  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.every(({ worker, level, timestamp }) => worker === 'w1@here' && level && timestamp)).toBe(true);
  const ofTask = { task: 'labtasks.raises', id: fails.id, queue, retries: 0, requestId: expect.any(String) };
  expect(lines.filter(({ id }) => id === fails.id)).toEqual([
    expect.objectContaining({ ...ofTask, level: 'INFO', state: 'RECEIVED' }),
    expect.objectContaining({
      ...{ ...ofTask, level: 'ERROR', state: 'FAILURE', runtimeSeconds: expect.any(Number) },
      ...{ exception: 'ValueError("boom", 42)', traceback: expect.stringContaining('in raises\nValueError: boom') },
    }),
  ]);
  expect(lines.find(({ id, data }) => id === logs.id && data)).toMatchObject({
    ...{ task: 'workertasks.logs_fields', message: `workertasks.logs_fields[${logs.id}]: half done` },
    data: { step: 1 },
  });
  const deadLetter = { messageId: MessageId, queue, code: 'NOT_AN_ENVELOPE' };
  expect(lines.find(({ code }) => code)).toMatchObject(deadLetter);
  expect(lines.at(-1)?.message).toBe('worker: Warm shutdown (MainProcess)');
});

test('an uncaught error of a solo task fails that task with its traceback, and the worker goes on', async () => {
  const queue = await newQueue();
  await using _worker = await startWorker(queue);
  const rejects = await app.sendTask('workertasks.solo_rejects', [], {}, { queue });
  const error = await rejects.get({ timeoutMs: 20_000 }).catch((reason: Error) => reason);
  expect(error).toMatchObject({ message: 'unobserved' });
  expect((error as Error).stack).toContain('Traceback (most recent call last):\n  File "');
  const { result } = await sendTraced(queue, 'traced', 0);
  expect(await result.get()).toBe(1);
});

describe('a shutdown of the worker', () => {
  test('that is warm waits for running tasks, and leaves waiting messages in the queue', async () => {
    const queue = await newQueue();
    await using worker = await startWorker(queue, '-c', '1');
    const running = await sendTraced(queue, 'traced', 3);
    await expect.poll(() => running.begun(), { timeout: 10_000 }).toHaveLength(1);
    const waiting = await Promise.all([1, 2, 3].map(() => sendTraced(queue, 'traced', 0)));
    worker.child.kill('SIGTERM');
    expect(await worker.ended).toBe(0);
    expect(await running.result.get()).toBe(1);
    expect(await depth(queue)).toEqual({ ready: 3, inFlight: 0 });
    expect(waiting.flatMap(({ begun }) => begun())).toEqual([]);
  });

  test.each([
    ['by a second SIGTERM', [] as string[], ['SIGTERM', 'SIGTERM'] as const],
    ['by SIGQUIT', [], ['SIGQUIT'] as const],
    ['after --drain-timeout', ['--drain-timeout', '0.5'], ['SIGTERM'] as const],
  ])(
    'that is cold returns the messages of running tasks, which another worker runs at once: %s',
    async (_, args, signals) => {
      const queue = await newQueue();
      await using worker = await startWorker(queue, '--lease', '300', ...args);
      const { result, begun } = await sendTraced(queue, 'traced', long);
      await expect.poll(() => begun(), { timeout: 10_000 }).toHaveLength(1);
      for (const [index, signal] of signals.entries()) {
        // A signal that follows at once counts as npm's repetition of the first one.
        if (index > 0) await new Promise((resolve) => setTimeout(resolve, 700));
        worker.child.kill(signal);
      }
      await worker.printed('worker: Cold shutdown (MainProcess)');
      expect(await worker.ended).toBe(1);
      expect(await depth(queue)).toEqual({ ready: 1, inFlight: 0 });
      await using _other = await startWorker(queue);
      expect(await result.get({ timeoutMs: 10_000 })).toBe(2);
    },
  );

  test('that is cold stores WorkerLostError for a task whose message was already deleted', async () => {
    const queue = await newQueue();
    await using worker = await startWorker(queue);
    const { result, begun } = await sendTraced(queue, 'at_most_once', long);
    await expect.poll(() => begun(), { timeout: 10_000 }).toHaveLength(1);
    worker.child.kill('SIGQUIT');
    await worker.ended;
    await expect(result.get()).rejects.toMatchObject({ name: 'WorkerLostError', message: 'The worker was shut down.' });
    expect(await depth(queue)).toEqual(empty);
  });
});

describe('girder-worker worker ends with exit code 1 and says what to do', () => {
  test.each([
    ['if its queue does not exist', {}, ['-Q', 'nowhere'], /There is no SQS queue "nowhere"\. .*-Q/],
    [
      'if its table does not exist',
      { GIRDER_WORKER_BACKEND: 'dynamodb://@us-east-1/absent' },
      [],
      /no DynamoDB table "absent"/,
    ],
    [
      'if the broker is not SQS',
      { GIRDER_WORKER_BROKER: 'redis://localhost' },
      [],
      /GIRDER_WORKER_BROKER is not the URL/,
    ],
    ['if there is no deployment', {}, ['--root', '/nonexistent'], /There is no registry .*--root/],
    ['if the concurrency is 0', {}, ['-c', '0'], /Must be a positive integer/],
    ['if the log level is unknown', {}, ['-l', 'loud'], /Must be one of DEBUG, INFO/],
  ])('%s', async (_, changes, args, text) => {
    const queue = await newQueue();
    const options = ['worker', '-Q', queue, '--root', stack.root, '--no-build', ...args];
    await using worker = startWorkerProcess({ ...env, ...changes }, ...options);
    expect(await worker.ended).toBe(1);
    expect(worker.text()).toMatch(text);
  });
});

test('a worker that cannot reach broker and backend logs this once, is not ready, retries, and continues when they are back', async () => {
  /** Queue and table exist before the ports of the worker are open: it stops if a queue does not exist. */
  const start = async (sqsPort = 0, dynamodbPort = 0) => {
    const own = await startEmulators();
    const client = localSqsClient(own.sqsEndpoint);
    await createQueue(client, { name: 'celery', visibilityTimeoutSeconds: 300, maxReceiveCount: 10 });
    client.destroy();
    await createResultTable(own.dynamodbEndpoint, 'celery');
    const portOf = (endpoint: string) => Number(new URL(endpoint).port);
    const sqs = await startTcpProxy(portOf(own.sqsEndpoint), sqsPort);
    const dynamodb = await startTcpProxy(portOf(own.dynamodbEndpoint), dynamodbPort);
    return {
      ports: [sqs.port, dynamodb.port] as const,
      stop: () => Promise.all([sqs.stop(), dynamodb.stop(), own.stop()]),
      emulators: {
        ...own,
        sqsEndpoint: `http://127.0.0.1:${sqs.port}`,
        dynamodbEndpoint: `http://127.0.0.1:${dynamodb.port}`,
      },
    };
  };
  const before = await start();
  const { ports } = before;
  const ownEnv = isolatedVariables(process.env, stackVariables(before.emulators, 'celery'));
  await before.stop();

  await using worker = startWorkerProcess(
    ownEnv,
    ...['-l', 'info', '--root', stack.root, '--no-build', '--health-port', '0'],
  );
  await worker.printed('/live and http');
  const url = /Health probes: (http:\S+)\/live/.exec(worker.text())![1]!;
  const probe = async (path: string) => {
    const response = await fetch(`${url}${path}`);
    return { code: response.status, ...((await response.json()) as HealthReport) };
  };
  const alive = { code: 200, status: 'ok', reasons: [] };
  await worker.printed('consumer: Cannot connect to sqs://: connect ECONNREFUSED');
  const unconnected = expect.stringContaining('Cannot connect to sqs://: connect ECONNREFUSED');
  expect(await probe('/ready')).toEqual({ code: 503, status: 'starting', reasons: [unconnected] });
  const between = await start(...ports);
  await worker.printed(' ready.');
  expect(await probe('/ready')).toEqual(alive);
  await between.stop();
  await worker.printed('consumer: Connection to broker lost. Trying to re-establish the connection...');
  const unreadable = [expect.stringContaining('Cannot receive from celery'), expect.stringContaining('result table')];
  await expect
    .poll(() => probe('/ready'), { timeout: 10_000 })
    .toEqual({ code: 503, status: 'outage', reasons: unreadable });
  expect(await probe('/live')).toEqual(alive);
  const after = await start(...ports);
  try {
    const result = await new App(createTaskClient(ownEnv)).sendTask('labtasks.add', [1, 2]);
    expect(await result.get({ timeoutMs: 20_000 })).toBe(3);
    expect(worker.text()).toContain('consumer: Connection to broker re-established: celery');
    expect(worker.text().match(/Connection to broker lost/g)).toHaveLength(1);
    await expect.poll(() => probe('/ready'), { timeout: 10_000 }).toEqual(alive);
    worker.child.kill('SIGTERM'); // A request for messages is under way, so that the shutdown takes a moment.
    await worker.printed('Warm shutdown');
    expect(await probe('/ready')).toEqual({ code: 503, status: 'stopping', reasons: [expect.any(String)] });
    expect(await probe('/live')).toEqual(alive);
    expect(await worker.ended).toBe(0);
  } finally {
    await after.stop();
  }
}, 90_000);
