import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { decode } from '../message/decode.ts';
import type { OutgoingMessage } from '../message/encode.ts';
import { nodeSystem } from '../system/nodeSystem.ts';
import { JobStatus } from '../task/girder/jobStatus.ts';
import type { Task } from '../task/task.ts';
import { GirderServer } from './fixtures/girderServer.ts';
import { createGirderStack } from './fixtures/girderStack.ts';

let girder: GirderServer;
let stack: ReturnType<typeof createGirderStack>;

beforeAll(async () => {
  girder = await GirderServer.start();
});
afterAll(() => girder.stop());
beforeEach(() => {
  stack = createGirderStack(girder.apiUrl);
  const { app, register } = stack;
  register(
    app.task({ name: 'p.add' }, (x: number, y: number) => x + y),
    'x',
    'y',
  );
  register(
    app.task({ name: 'p.fails' }, function fails(this: Task) {
      this.log.info('about to fail');
      throw Object.assign(new Error('boom'), { name: 'ValueError' });
    }),
  );
  register(
    app.task({ name: 'p.cancelable' }, async function cancelable(this: Task) {
      while (!this.canceled) await nodeSystem.sleep(5);
      this.log.info('cancel seen');
    }),
  );
});
afterEach(() => {
  girder.fault = () => undefined;
  girder.requests.length = 0;
});

/** A message with a job, as Girder sends it. */
function messageFor(jobId: string, message: Partial<OutgoingMessage>): OutgoingMessage {
  const girderHeaders = {
    jobInfoSpec: girder.jobInfoSpec(jobId),
    girder_api_url: girder.apiUrl,
    girder_client_token: 'client-token',
  };
  return { task: 'p.add', id: `id-of-${jobId}`, ...message, headers: { ...girderHeaders, ...message.headers } };
}

/** Runs a task with a new job. Resolves to what became of both. */
async function run(message: Partial<OutgoingMessage>, status: number = JobStatus.INACTIVE) {
  const jobId = girder.addJob(status);
  await stack.deliver(messageFor(jobId, message));
  const job = girder.jobs.get(jobId)!;
  return { jobId, job, calls: girder.jobCalls(jobId), stored: await stack.store.read(`id-of-${jobId}`) };
}

const warnings = () => stack.lines.filter((line) => /Girder/.test(line));

describe('the Girder job of a task', () => {
  test('moves to RUNNING and to SUCCESS, with two calls', async () => {
    const { calls, stored, job } = await run({ args: [1, 2] });
    expect(calls).toEqual(['PUT status=2', 'PUT status=3']);
    expect(stored).toMatchObject({ state: 'SUCCESS', result: 3 });
    expect(job.log).toEqual([]);
    expect(girder.requests.map(({ token }) => token)).toEqual(['job-token', 'job-token']);
  });

  test('gets console lines with their fields, written text and progress, before its last status', async () => {
    const { app, register } = stack;
    register(
      app.task({ name: 'p.reports' }, function reports(this: Task) {
        this.log.info('line', { width: 3 });
        this.jobManager?.updateProgress({ total: 4, current: 1, message: 'first' });
        this.jobManager?.updateProgress({ current: 4 });
        this.jobManager?.write('no line break');
      }),
    );
    const { calls, job } = await run({ task: 'p.reports' });
    expect(calls).toEqual(['PUT status=2', 'PUT progressTotal progressCurrent progressMessage log', 'PUT status=3']);
    expect(job.log.join('')).toBe('line width=3\nno line break');
    expect(job.progress).toEqual({ progressTotal: '4', progressCurrent: '4', progressMessage: 'first' });
  });

  test('gets no console lines if its spec says so, but what is written to it', async () => {
    const { app, register } = stack;
    register(
      app.task({ name: 'p.writes' }, function writes(this: Task) {
        this.log.info('line');
        this.jobManager?.write('text');
      }),
    );
    const jobId = girder.addJob();
    const headers = { jobInfoSpec: { ...girder.jobInfoSpec(jobId), logPrint: false } };
    await stack.deliver(messageFor(jobId, { task: 'p.writes', headers }));
    expect(girder.jobs.get(jobId)?.log).toEqual(['text']);
  });

  test('gets class, message and frames of an exception, and moves to ERROR', async () => {
    const { calls, job } = await run({ task: 'p.fails' });
    expect(calls).toEqual(['PUT status=2', 'PUT log', 'PUT status=4']);
    expect(job.log.join('')).toMatch(
      /^about to fail\nValueError: boom\n( {2}File .*\n)*( {2}File ".*girderJobs\.test\.ts", line \d+, in .*fails\n)$/,
    );
  });

  test('moves to ERROR if its task is not registered', async () => {
    const { job, stored } = await run({ task: 'p.unknown' });
    expect(job).toMatchObject({ status: JobStatus.ERROR, log: ['NotRegistered: p.unknown\n'] });
    expect(stored?.exception?.type).toBe('NotRegistered');
  });

  test('stays RUNNING while its task is retried, and follows the retry', async () => {
    const { app, register, transport } = stack;
    register(
      app.task({ name: 'p.retries' }, function retries(this: Task) {
        if (this.request.retries === 0) throw this.retry({ countdown: 0 });
        return 'done';
      }),
    );
    const { job, jobId, calls } = await run({ task: 'p.retries' });
    expect(calls).toEqual(['PUT status=2']);
    await nodeSystem.sleep(2);
    await stack.deliver(transport.resent[0]!.body);
    expect(job.status).toBe(JobStatus.SUCCESS);
    expect(girder.jobCalls(jobId)).toEqual(['PUT status=2', 'PUT status=2', 'PUT status=3']);
  });

  test('has custom statuses, and refuses those that Girder does not allow', async () => {
    const { app, register } = stack;
    register(
      app.task({ name: 'p.statuses' }, async function statuses(this: Task) {
        await this.jobManager!.updateStatus(JobStatus.FETCHING_INPUT);
        const read = await this.jobManager!.refreshStatus();
        const refused = await this.jobManager!.updateStatus(JobStatus.SUCCESS).catch((error: Error) => error);
        await this.jobManager!.updateStatus(JobStatus.RUNNING);
        await this.jobManager!.updateStatus(JobStatus.CONVERTING_OUTPUT);
        await this.jobManager!.updateStatus(JobStatus.PUSHING_OUTPUT);
        return [read, String(refused)];
      }),
    );
    const { calls, stored } = await run({ task: 'p.statuses' });
    expect(stored?.result).toEqual([
      820,
      "StateTransitionError: Invalid state transition to '3', Current state is '820'.",
    ]);
    expect(calls).toEqual([
      'PUT status=2',
      'PUT status=820',
      'GET',
      'PUT status=3',
      'PUT status=2',
      'PUT status=822',
      'PUT status=823',
      'PUT status=3',
    ]);
  });

  test.each([
    [JobStatus.FETCHING_INPUT, JobStatus.SUCCESS],
    [JobStatus.CONVERTING_OUTPUT, JobStatus.SUCCESS],
    [JobStatus.PUSHING_OUTPUT, JobStatus.SUCCESS],
  ])('that its task leaves in status %i moves to %i, on a way that Girder allows', async (left, expected) => {
    const { app, register } = stack;
    register(
      app.task({ name: 'p.leaves' }, async function leaves(this: Task) {
        await this.jobManager!.updateStatus(left);
      }),
    );
    expect((await run({ task: 'p.leaves' })).job.status).toBe(expected);
    expect(warnings()).toEqual([]);
  });

  test('of a duplicate message whose first worker died before it told Girder moves to its final status', async () => {
    const { jobId, job } = await run({ args: [1, 2] });
    job.status = JobStatus.RUNNING;
    await stack.deliver(messageFor(jobId, { args: [1, 2] }));
    expect(job.status).toBe(JobStatus.SUCCESS);
  });
});

describe('a job that a user cancels', () => {
  test('while its task runs makes this.canceled true, and moves to CANCELED', async () => {
    const jobId = girder.addJob();
    const job = girder.jobs.get(jobId)!;
    const delivered = stack.deliver(messageFor(jobId, { task: 'p.cancelable' }));
    while (job.status !== JobStatus.RUNNING) await nodeSystem.sleep(5);
    job.status = JobStatus.CANCELING;
    await delivered;
    expect(job).toMatchObject({ status: JobStatus.CANCELED, log: ['cancel seen\n'] });
    expect((await stack.store.read(`id-of-${jobId}`))?.state).toBe('REVOKED');
  });

  test('before its task begins prevents it from running', async () => {
    const { app, register } = stack;
    let runs = 0;
    register(app.task({ name: 'p.counts' }, () => ++runs));
    const { job, stored, calls } = await run({ task: 'p.counts' }, JobStatus.CANCELED);
    expect(runs).toBe(0);
    expect(stored?.state).toBe('REVOKED');
    expect(job.status).toBe(JobStatus.CANCELED);
    expect(calls).toEqual(['PUT status=2', 'GET']);
  });

  test('before its task begins, with a message that was on its way, moves from CANCELING to CANCELED', async () => {
    const { job, stored } = await run({ args: [1, 2] }, JobStatus.CANCELING);
    expect([stored?.state, job.status]).toEqual(['REVOKED', JobStatus.CANCELED]);
  });

  test('while its task ignores it moves to CANCELED, and the task keeps its result, as in Girder Worker', async () => {
    const { app, register } = stack;
    register(
      app.task({ name: 'p.ignores' }, async function ignores(this: Task) {
        girder.jobs.get(this.request.id.replace('id-of-', ''))!.status = JobStatus.CANCELING;
        await nodeSystem.sleep(100);
        return 'finished';
      }),
    );
    const { job, stored } = await run({ task: 'p.ignores' });
    expect([stored?.state, stored?.result, job.status]).toEqual(['SUCCESS', 'finished', JobStatus.CANCELED]);
  });
});

describe('a task whose Girder', () => {
  const faults: [string, GirderServer['fault'], RegExp][] = [
    [
      'answers 500',
      () => ({ status: 500, body: 'oops' }),
      /Girder answered 500: oops.*Not delivered: status 2, status 3/,
    ],
    ['answers 401', () => ({ status: 401, body: '{"message":"Invalid token"}' }), /Girder answered 401: Invalid token/],
    ['answers 403', () => ({ status: 403, body: '{"message":"Denied"}' }), /Girder answered 403: Denied/],
    ['answers with HTML', () => ({ status: 200 }), /text\/html instead of JSON: <html>Sorry<\/html>/],
    ['answers with JSON that is no job', () => ({ status: 200, body: '[]' }), /JSON that is no job/],
    ['redirects', () => ({ status: 302, headers: { location: 'http://127.0.0.1:1/' } }), /redirect \(302\)/],
    ['closes connections', () => ({ closeAfterBytes: 0 }), /was not reached/],
    ['never answers', () => ({ hang: true }), /no whole answer within 4000 ms\. Not delivered: status 2, status 3/],
  ];
  test.concurrent.each(faults)(
    '%s runs, and its result is stored; one line is logged',
    async (_fault, fault, expected) => {
      const server = await GirderServer.start();
      server.fault = fault;
      const { app, register, deliver, store, lines } = createGirderStack(server.apiUrl);
      register(
        app.task({ name: 'p.add' }, (x: number, y: number) => x + y),
        'x',
        'y',
      );
      await deliver({ task: 'p.add', id: 'id', args: [1, 2], headers: { jobInfoSpec: server.jobInfoSpec('job') } });
      await server.stop();
      expect(await store.read('id')).toMatchObject({ state: 'SUCCESS', result: 3 });
      expect(lines.filter((line) => /Girder/.test(line))).toEqual([expect.stringMatching(expected)]);
      expect(lines.filter((line) => /listeners did not handle/.test(line))).toEqual([]);
    },
  );

  test('closes each connection in the middle of its answer has received all', async () => {
    girder.fault = () => ({ closeAfterBytes: 5 });
    const { job } = await run({ task: 'p.fails' });
    expect(job.status).toBe(JobStatus.ERROR);
    expect(job.log.join('').match(/ValueError: boom/g)).toHaveLength(1);
    expect(warnings()).toEqual([]);
  });

  test('is down for a moment loses nothing', async () => {
    let calls = 0;
    girder.fault = () => (++calls <= 2 ? { status: 503 } : undefined);
    const { job } = await run({ task: 'p.fails' });
    expect(job.status).toBe(JobStatus.ERROR);
    expect(job.log.join('')).toContain('ValueError: boom');
    expect(warnings()).toEqual([]);
  });

  test('has deleted the job runs', async () => {
    const jobId = girder.addJob();
    girder.jobs.delete(jobId);
    await stack.deliver(messageFor(jobId, { args: [1, 2] }));
    expect((await stack.store.read(`id-of-${jobId}`))?.state).toBe('SUCCESS');
    expect(warnings()).toEqual([expect.stringContaining('Girder answered 400: Invalid ObjectId')]);
  });

  test('is down on this machine, where no port listens, runs', async () => {
    stack = createGirderStack('http://127.0.0.1:9/api/v1');
    stack.register(
      stack.app.task({ name: 'p.add' }, (x: number, y: number) => x + y),
      'x',
      'y',
    );
    const jobInfoSpec = { ...girder.jobInfoSpec('job'), url: 'http://127.0.0.1:9/api/v1/job/job' };
    await stack.deliver({ task: 'p.add', id: 'down', args: [1, 2], headers: { jobInfoSpec } });
    expect((await stack.store.read('down'))?.state).toBe('SUCCESS');
    expect(warnings()).toEqual([expect.stringContaining('was not reached: connect ECONNREFUSED')]);
  });
});

describe('updates of a job', () => {
  test('are given up after 4 s without an answer, and repeated on another connection', async () => {
    let calls = 0;
    girder.fault = () => (++calls === 1 ? { hang: true } : undefined);
    const { job } = await run({ args: [1, 2] });
    expect(job.status).toBe(JobStatus.SUCCESS);
    expect(warnings()).toEqual([]);
  });

  test('do not wait for a poll that gets no answer', async () => {
    girder.fault = ({ fields }) => (Object.keys(fields).length === 0 ? { hang: true } : undefined);
    const { app, register } = stack;
    register(app.task({ name: 'p.waits' }, () => nodeSystem.sleep(1500)));
    const startMs = nodeSystem.now();
    expect((await run({ task: 'p.waits' })).job.status).toBe(JobStatus.SUCCESS);
    expect(nodeSystem.now() - startMs).toBeLessThan(3000);
  });

  test('are repeated after a page of a proxy, which is no answer of Girder', async () => {
    let calls = 0;
    girder.fault = () => [{ status: 200 }, { status: 404 }][calls++];
    expect((await run({ args: [1, 2] })).job.status).toBe(JobStatus.SUCCESS);
  });

  test('leave out numbers that JSON does not know, which Girder stores and then cannot answer', async () => {
    const { app, register } = stack;
    register(
      app.task({ name: 'p.divides' }, function divides(this: Task) {
        this.jobManager!.updateProgress({ total: 0 / 0, current: 1 / 0, message: 'half' });
        this.jobManager!.updateProgress({ total: null as never, current: 1 });
      }),
    );
    expect((await run({ task: 'p.divides' })).job.progress).toEqual({ progressCurrent: '1', progressMessage: 'half' });
  });

  test('end with the run, also if its outcome cannot be stored', async () => {
    stack.store.complete = () => Promise.reject(new Error('DynamoDB is down'));
    girder.fault = () => ({ status: 503 });
    await run({ args: [1, 2] });
    const { length } = girder.requests;
    await nodeSystem.sleep(1000);
    expect(girder.requests).toHaveLength(length);
  });

  test('reach Girder although the files of the run cannot be removed', async () => {
    const folder = join(tmpdir(), `girder-worker-${process.pid}`);
    await rm(folder, { recursive: true, force: true });
    await writeFile(folder, 'no folder');
    const { job, stored } = await run({ args: [1, 2] });
    await rm(folder);
    expect([job.status, stored?.state]).toEqual([JobStatus.SUCCESS, 'SUCCESS']);
  });
});

test('a Girder that hangs does not make an invocation overrun its deadline', async () => {
  const windowMs = 6000;
  stack = createGirderStack(girder.apiUrl, { windowMs });
  stack.register(stack.app.task({ name: 'p.hangs' }, () => new Promise(() => undefined)));
  girder.fault = ({ fields, method }) => (fields.status === '4' || method === 'POST' ? { hang: true } : undefined);
  const startMs = nodeSystem.now();
  await stack.deliver(messageFor(girder.addJob(), { task: 'p.hangs' }));
  expect(nodeSystem.now() - startMs).toBeLessThan(windowMs - 100);
});

describe('a message with a jobInfoSpec', () => {
  test.each([
    ['a spec that is a string', '{"headers":{"Girder-Token":"S3CRET-TOKEN"}}'],
    ['a password in its url', { url: 'http://admin:S3CRET-TOKEN@127.0.0.1/api/v1/job/1' }],
    ['a url that is none', { url: 'S3CRET-TOKEN' }],
  ])('is not shown in log lines: %s', async (_what, jobInfoSpec) => {
    await stack.deliver({ task: 'p.add', id: 'secret', args: [1, 2], headers: { jobInfoSpec } });
    expect(warnings()).toHaveLength(1);
    expect(stack.lines.join('\n')).not.toContain('S3CRET-TOKEN');
  });

  const specs: [string, unknown, RegExp][] = [
    ['without a url', { method: 'PUT' }, /its url must be a string, got undefined/],
    ['that is a string', 'job', /it must be an object, got string/],
    ['that is a list', [], /it must be an object/],
    [
      'of another server',
      { url: 'http://169.254.169.254/api/v1/job/1' },
      /Girder at http:\/\/169\.254\.169\.254 is not called/,
    ],
    ['with a url that is none', { url: 'job/1' }, /is not called/],
    ['of a file', { url: 'file:///etc/passwd' }, /is not called/],
    ['with another method', { method: 'DELETE', url: 'job' }, /its method \(DELETE\) must be PUT, POST or PATCH/],
    ['of no job', { url: 'user' }, /must end in \/job\/ and the id of a job/],
  ];
  test.each(specs)('%s runs without a job; one line is logged', async (_spec, spec, expected) => {
    const { register, app } = stack;
    register(
      app.task({ name: 'p.noJob' }, function noJob(this: Task) {
        return this.jobManager === undefined;
      }),
    );
    const { url } = (typeof spec === 'object' ? spec : {}) as { url?: string };
    const absolute = url === 'job' ? `${girder.apiUrl}/job/1` : url === 'user' ? `${girder.apiUrl}/user/1` : url;
    const jobInfoSpec = url === undefined ? spec : { ...(spec as object), url: absolute };
    await stack.deliver({ task: 'p.noJob', id: 'bad', headers: { jobInfoSpec } });
    expect(await stack.store.read('bad')).toMatchObject({ state: 'SUCCESS', result: true });
    expect(warnings()).toEqual([expect.stringMatching(expected)]);
    expect(girder.requests).toEqual([]);
  });

  test('is not called if the environment names no Girder', async () => {
    stack = createGirderStack('');
    stack.register(
      stack.app.task({ name: 'p.add' }, (x: number, y: number) => x + y),
      'x',
      'y',
    );
    await stack.deliver(messageFor('job', { args: [1, 2] }));
    expect(girder.requests).toEqual([]);
    expect(warnings()).toEqual([expect.stringContaining('set GIRDER_WORKER_API_URL')]);
  });

  test('that names the configured Girder by another address is sent to the configured one', async () => {
    const jobId = girder.addJob();
    const inside = 'http://girder.internal:8080/api/v1';
    const jobInfoSpec = { ...girder.jobInfoSpec(jobId), url: `${inside}/job/${jobId}` };
    await stack.deliver({
      task: 'p.add',
      id: 'inside',
      args: [1, 2],
      headers: { jobInfoSpec, girder_api_url: inside },
    });
    expect(girder.jobCalls(jobId)).toEqual(['PUT status=2', 'PUT status=3']);
  });

  test('has its tokens in no log line, result or error', async () => {
    girder.fault = ({ token }) => ({ status: 500, body: `<html>token ${token}` });
    const secret = 'tOkEn0123456789';
    const jobInfoSpec = { ...girder.jobInfoSpec('job'), headers: { 'Girder-Token': secret } };
    const { register, app } = stack;
    register(
      app.task({ name: 'p.calls' }, async function calls(this: Task) {
        await this.girderClient!.post('item', { folderId: '1' });
      }),
    );
    await stack.deliver(messageFor('job', { task: 'p.calls', headers: { jobInfoSpec, girder_client_token: secret } }));
    const stored = await stack.store.read('id-of-job');
    expect(stored?.exception?.type).toBe('GirderError');
    expect(JSON.stringify([stored, stack.lines])).not.toContain(secret);
  });
});

describe('a task that a task with a Girder job sends', () => {
  beforeEach(() => {
    const { app, register } = stack;
    const child = app.task(
      { name: 'p.child', girderJob: { title: 'Child', type: 'lab', otherFields: { color: 'red' } } },
      () => 1,
    );
    register(child);
    register(
      app.task({ name: 'p.parent' }, async function parent() {
        await child.applyAsync([], { kwargs: { depth: 2 }, girderJobTitle: 'Title of the call' });
      }),
    );
  });

  test('has a job of its own, whose parent is that of the task', async () => {
    const { jobId } = await run({ task: 'p.parent' });
    const created = girder.requests.find(({ method, path }) => method === 'POST' && path === 'job')!;
    const child = await decode(stack.transport.published[0]!.body);
    expect(created.token).toBe('client-token');
    expect({ ...created.fields, otherFields: JSON.parse(created.fields.otherFields!) }).toEqual({
      title: 'Title of the call',
      type: 'lab',
      handler: 'celery_handler',
      public: 'false',
      args: '[]',
      kwargs: '{"depth":2}',
      otherFields: { celeryTaskId: child.id, celeryParentTaskId: `id-of-${jobId}`, color: 'red' },
    });
    expect(child.headers).toMatchObject({
      girder_api_url: girder.apiUrl,
      girder_client_token: 'client-token',
      jobInfoSpec: { headers: { 'Girder-Token': 'child-job-token' } },
    });
    expect(Object.keys(child.headers)).not.toContain('girder_job_title');
  });

  test('has a job also if it is a callback, and none if the call disables it', async () => {
    const callback = (options: Readonly<Record<string, unknown>>) => ({
      ...{ task: 'p.child', args: [], kwargs: {}, options, subtask_type: null, immutable: true },
    });
    const callbacks = [callback({}), callback({ girder_job_disable: true })];
    const { jobId } = await run({ args: [1, 2], embed: { callbacks } });
    const sent = await Promise.all(stack.transport.published.map(({ body }) => decode(body)));
    expect(sent.map(({ headers }) => Object.keys(headers).includes('jobInfoSpec'))).toEqual([true, false]);
    const created = girder.requests.filter(({ method, path }) => method === 'POST' && path === 'job');
    expect(created.map(({ fields }) => JSON.parse(fields.otherFields!).celeryParentTaskId)).toEqual([`id-of-${jobId}`]);
  });

  test('is sent without a job if Girder does not create one; that is logged once', async () => {
    girder.fault = ({ method, path }) => (method === 'POST' && path === 'job' ? { status: 500 } : undefined);
    const { job } = await run({ task: 'p.parent' });
    expect(job.status).toBe(JobStatus.SUCCESS);
    const child = await decode(stack.transport.published[0]!.body);
    expect(child.headers.girder_client_token).toBe('client-token');
    expect(warnings()).toEqual([
      expect.stringContaining('sent 1 of 1 tasks without a Girder job: Girder answered 500'),
    ]);
  });

  test('follows its parent, whatever is wrong with its job', async () => {
    const link = (args: unknown[], options = {}) => ({
      ...{ task: 'p.child', args, kwargs: {}, options, subtask_type: null, immutable: true },
    });
    const callbacks = [
      link([{ 'py/object': 'girder_worker.utils.transforms.girder_io.GirderFileId' }]),
      link([{ 'py/object': 'shop.Order', customer: { 'py/id': 99 } }]),
      link([], { girder_job_other_fields: { count: 12345678901234567890n } }),
    ];
    await run({ args: [1, 2], embed: { callbacks } });
    expect(stack.transport.published).toHaveLength(3);
    for (const headers of [{ girder_client_token: 'line\nbreak' }, {}]) {
      girder.fault = ({ method }) => (method === 'POST' ? { status: 200, body: 'null' } : undefined);
      await run({ args: [1, 2], embed: { callbacks: [link([])] }, headers });
    }
    expect(stack.transport.published).toHaveLength(5);
  });

  test('waits no longer than 5 s for all jobs together', async () => {
    girder.fault = ({ method }) => (method === 'POST' ? { hang: true } : undefined);
    const callbacks = Array.from({ length: 100 }, () => ({
      ...{ task: 'p.child', args: [], kwargs: {}, options: {}, subtask_type: null, immutable: true },
    }));
    const startMs = nodeSystem.now();
    await run({ args: [1, 2], embed: { callbacks } });
    expect(nodeSystem.now() - startMs).toBeLessThan(6000);
    expect(stack.transport.published).toHaveLength(100);
    expect(warnings()).toEqual([expect.stringMatching(/sent 100 of 100 tasks without a Girder job: .*within 5000 ms/)]);
  });

  test('of another server gets no token of its parent', async () => {
    const options = { girder_api_url: 'https://other.example.org/api/v1' };
    const callbacks = [{ task: 'p.child', args: [], kwargs: {}, options, subtask_type: null, immutable: true }];
    await run({ args: [1, 2], embed: { callbacks } });
    const { headers } = await decode(stack.transport.published[0]!.body);
    expect(headers).not.toHaveProperty('girder_client_token');
  });

  test('has no job if it is sent by a task without one', async () => {
    await stack.deliver({ task: 'p.parent', id: 'plain' });
    expect((await decode(stack.transport.published[0]!.body)).headers).toEqual({});
    expect(girder.requests).toEqual([]);
  });
});

test('a replacement of a task takes over its job', async () => {
  const { app, register, transport } = stack;
  const add = app.task({ name: 'p.sum' }, (x: number, y: number) => x + y);
  register(add, 'x', 'y');
  register(
    app.task({ name: 'p.replaces' }, function replaces(this: Task) {
      throw this.replace(add.s(1, 2));
    }),
  );
  const { jobId, job } = await run({ task: 'p.replaces' });
  expect(job.status).toBe(JobStatus.RUNNING);
  await stack.deliver(transport.published[0]!.body);
  expect(job.status).toBe(JobStatus.SUCCESS);
  expect(girder.jobCalls(jobId)).toEqual(['PUT status=2', 'PUT status=2', 'PUT status=3']);
});
