import { afterAll, beforeAll, expect, test } from 'vitest';
import type {
  ActionAnswer,
  DeadLetterPage,
  Fault,
  Orphans,
  Overview,
  TaskDetail,
  TaskPage,
} from '../../packages/girder-worker-dev/src/dashboard/data.ts';
import { type CountingProxy, startCountingProxy } from '../support/countingProxy.ts';
import { type DashboardProcess, startDashboardProcess } from '../support/dashboardProcess.ts';
import { queueOfKilled, type RealisticMix, sendRealisticMix, waitForState } from '../support/realisticMix.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { startWorkerProcess } from '../support/workerProcess.ts';

let stack: Stack;
let mix: RealisticMix;
let dashboard: DashboardProcess;
const queues = ['--queues', `celery,${queueOfKilled}`];
beforeAll(async () => {
  stack = await startStack({ plugins: ['labtasks'], history: true, concurrency: 4, timeoutSeconds: 300 });
  mix = await sendRealisticMix(stack);
  dashboard = await startDashboardProcess(stack.env, '--actions', ...queues);
  await waitForState(mix.app.AsyncResult(mix.running), 'PROGRESS');
  for (const id of [mix.retried, mix.chordBody, mix.chain, mix.replaced])
    await waitForState(mix.app.AsyncResult(id), 'SUCCESS');
}, 120_000);
afterAll(async () => {
  await dashboard?.[Symbol.asyncDispose]();
  await stack?.stop();
});

const detail = (id: string) => dashboard.get<TaskDetail>(`/data/tasks/${id}`);
const search = (query: string) => dashboard.get<TaskPage>(`/data/tasks?${query}`);
const stateOf = async (id: string) => (await detail(id)).task.state;

test('the overview counts what has run, and what waits', async () => {
  await expect
    .poll(() => dashboard.get<Overview>('/data/overview'), { timeout: 25_000 })
    .toMatchObject({
      history: { state: 'ready', fault: null, isComplete: true },
      hasActions: true,
      states: { SUCCESS: expect.any(Number), FAILURE: 5, REVOKED: 2 },
    });
  const { series, tasks, queues: figures } = await dashboard.get<Overview>('/data/overview');
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  expect(sum(series.succeeded)).toBeGreaterThan(40);
  expect([sum(series.failed), sum(series.retried)]).toEqual([5, 2]);
  expect(tasks.find(({ task }) => task === 'labtasks.raises')).toMatchObject({ failed: 5, exception: 'ValueError' });
  expect(figures).toMatchObject([
    { queue: 'celery', deadLetters: 2, oldestSeconds: null, fault: null },
    { queue: queueOfKilled, deadLetters: 0, fault: null },
  ]);
});

test('the tasks are found by state, name and text', async () => {
  expect(await search('task=labtasks.keywords')).toMatchObject({ total: 30 });
  expect((await search('state=REVOKED')).tasks.map(({ id, error }) => [id, error])).toEqual(
    expect.arrayContaining([
      [mix.revoked, expect.any(String)],
      [mix.expired, 'expired'],
    ]),
  );
  expect((await search('text=with+an+errback')).tasks.map(({ id }) => id)).toContain(mix.withErrback);
});

test('a password in the arguments is not shown, in the list, in the detail and in a search', async () => {
  const { tasks } = await search(`id=${mix.succeeded[0]}`);
  expect(tasks[0]?.kwargs).toMatch(/'password': '\*+'/);
  expect(tasks[0]?.kwargs).toContain("'user': 'Zoë'");
  expect(await search('text=hunter2')).toMatchObject({ total: 0 });
  expect(JSON.stringify(await detail(mix.succeeded[0]!))).not.toContain('hunter2');
});

test('a failed task shows its exception, its traceback and its errback', async () => {
  const { task, traceback, canvas } = await detail(mix.withErrback);
  expect(task).toMatchObject({ state: 'FAILURE', error: 'ValueError("with an errback", 42)' });
  expect(traceback).toMatch(/^Traceback \(most recent call last\):/);
  expect(canvas.edges).toMatchObject([{ from: mix.withErrback, kind: 'errback' }]);
});

test('a task that was retried shows each of its runs', async () => {
  const { runs } = await detail(mix.retried);
  expect(runs.map(({ state, retries }) => [state, retries])).toEqual([
    ['RETRY', 0],
    ['RETRY', 1],
    ['SUCCESS', 2],
  ]);
  expect(runs[0]!.dueMs).toBeGreaterThan(runs[0]!.endedMs);
});

test('a task that waits for its eta is listed, with the time at which it is due, and can be revoked', async () => {
  const waiting = async () => (await search('state=SCHEDULED')).tasks.map(({ id }) => id);
  await expect.poll(waiting).toEqual([mix.waiting]);
  const { runs } = await detail(mix.waiting);
  expect(runs).toMatchObject([{ state: 'SCHEDULED', startedMs: null }]);
  expect((runs[0]!.dueMs! - runs[0]!.receivedMs) / 1000).toBeCloseTo(3600, -2);
  expect(await dashboard.post('/actions/revoke', { ids: [mix.waiting], terminate: false })).toEqual({
    text: '1 task: will not run.',
  });
  await expect.poll(() => stateOf(mix.waiting)).toBe('REVOKED');
});

test('a task that runs shows its progress', async () => {
  expect(await detail(mix.running)).toMatchObject({
    storedState: 'PROGRESS',
    progress: { current: 3, total: 10, message: 'third page' },
  });
});

test('a chord is a graph: its members lead to its body', async () => {
  const { canvas, resultJson } = await detail(mix.chordBody);
  expect(resultJson).toBe('12');
  expect(canvas.edges.filter(({ to }) => to === mix.chordBody).map(({ from, kind }) => [from, kind])).toEqual(
    expect.arrayContaining(mix.chordMembers.map((id) => [id, 'chord'])),
  );
});

test('a chain is a graph, and so is a task that a chain replaced', async () => {
  const { canvas } = await detail(mix.chain);
  expect(canvas.nodes.map(({ task, level }) => [level, task]).sort()).toEqual([
    [0, 'labtasks.add'],
    [1, 'labtasks.add'],
    [2, 'labtasks.mul'],
  ]);
  const replaced = await detail(mix.replaced);
  expect(replaced.canvas.nodes.length).toBeGreaterThan(1);
  expect(replaced.runs.map(({ state }) => state)).toEqual(['REPLACED', 'SUCCESS']);
});

test('a task whose worker was killed is an orphan when its lease is over', async () => {
  const find = async () => {
    const { orphans, isComplete } = await dashboard.get<Orphans>('/data/orphans');
    return isComplete ? orphans.find(({ id }) => id === mix.ofKilledWorker) : undefined;
  };
  await expect.poll(find, { timeout: 100_000, interval: 1000 }).toMatchObject({
    ...{ kind: 'claim', task: 'labtasks.pauses' },
    text: expect.stringMatching(/^killed@\S+ did not end the task/),
  });
}, 120_000);

test('dead letters are listed with their reason, and can be deleted and sent back one by one', async () => {
  const read = async () => (await dashboard.get<DeadLetterPage>('/data/dead-letters?queue=celery')).letters;
  await expect.poll(async () => (await read()).length, { timeout: 30_000 }).toBe(2);
  const letters = await read();
  expect(letters).toMatchObject([
    { code: expect.stringMatching(/^[A-Z_]+$/), reason: expect.any(String) },
    { code: expect.stringMatching(/^[A-Z_]+$/), reason: expect.any(String) },
  ]);
  const act = (messageIds: readonly string[], action: string) =>
    dashboard.post<ActionAnswer>('/actions/dead-letters', { queue: 'celery', messageIds, action });
  expect(await act([letters[0]!.messageId], 'delete')).toEqual({ text: '1 dead letter deleted.' });
  expect(await act([letters[0]!.messageId], 'delete')).toEqual({
    text: '0 dead letters deleted. 1 not found: read the list again.',
  });
  expect(await act([letters[1]!.messageId], 'replay')).toEqual({ text: '1 dead letter sent back to celery.' });
  // It fails again, and comes back as another dead letter.
  await expect
    .poll(async () => (await read()).map(({ messageId }) => messageId), { timeout: 30_000 })
    .toEqual([expect.not.stringMatching(letters[1]!.messageId)]);
});

test('a running task is terminated, and one that has ended is not', async () => {
  expect(await dashboard.post('/actions/revoke', { ids: [mix.running, mix.succeeded[0]], terminate: true })).toEqual({
    text: '1 task: runs and is ended. 1 task: had already ended.',
  });
  await expect.poll(() => stateOf(mix.running), { timeout: 30_000 }).toBe('REVOKED');
});

test('a task is sent again with other arguments, under a new id', async () => {
  const { text, id } = await dashboard.post<ActionAnswer>('/actions/send', {
    ...{ task: 'labtasks.add', argsJson: '[40, 2]', kwargsJson: '{}', queue: 'celery' },
  });
  expect(text).toBe(`labtasks.add was sent to celery as ${id}.`);
  await expect.poll(async () => (await detail(id!)).resultJson, { timeout: 30_000 }).toBe('42');
});

test('a forgotten result is gone, and the history still tells of the task', async () => {
  const id = mix.succeeded[1]!;
  expect(await dashboard.post('/actions/forget', { ids: [id] })).toMatchObject({
    text: '1 result forgotten. Tasks that have not ended keep theirs.',
  });
  expect(await detail(id)).toMatchObject({ task: { id, state: 'SUCCESS' }, resultJson: null });
});

test('after a restart, the dashboard tells the same as before', async () => {
  const told = async () => {
    const { total, tasks } = await search('limit=1000&task=labtasks.keywords');
    return { total, tasks, chord: (await detail(mix.chordBody)).canvas };
  };
  const before = await told();
  dashboard.child.kill('SIGKILL');
  await dashboard.ended;
  dashboard = await startDashboardProcess(stack.env, '--actions', ...queues);
  await expect.poll(told, { timeout: 30_000 }).toEqual(before);
});

test('without --actions, the dashboard writes nothing, whatever is asked of it', async () => {
  const proxies: CountingProxy[] = [];
  const counted = async (endpoint: string) => {
    const proxy = await startCountingProxy(endpoint);
    proxies.push(proxy);
    return proxy.endpoint;
  };
  const env = {
    ...stack.env,
    AWS_ENDPOINT_URL_DYNAMODB: await counted(stack.emulators.dynamodbEndpoint),
    AWS_ENDPOINT_URL_SQS: await counted(stack.emulators.sqsEndpoint),
  };
  await using readOnly = await startDashboardProcess(env);
  for (const path of ['overview', 'tasks', `tasks/${mix.retried}`, 'orphans', 'dead-letters?queue=celery'])
    await readOnly.get(`/data/${path}`);
  const refused = await readOnly.post<Fault>('/actions/forget', { ids: [mix.retried] });
  expect(refused.error.code).toBe('FORBIDDEN');
  const operations = new Set(proxies.flatMap(({ calls }) => calls.map(({ operation }) => operation)));
  for (const proxy of proxies) await proxy.stop();
  expect([...operations].sort()).toEqual([
    ...['BatchGetItem', 'ChangeMessageVisibilityBatch', 'FilterLogEvents', 'GetItem', 'GetQueueAttributes'],
    ...['GetQueueUrl', 'Query', 'ReceiveMessage', 'Scan'],
  ]);
});

test('a port that is taken, and a token that is short, end the command with what to do', async () => {
  const { port } = new URL(dashboard.url);
  await using taken = startWorkerProcess(stack.env, 'dashboard', '--port', port);
  expect(await taken.ended).toBe(1);
  expect(taken.text()).toBe(
    `girder-worker: Port ${port} is taken: choose another one with --port, or 0 for a free one.\n`,
  );
  await using short = startWorkerProcess({ ...stack.env, GIRDER_WORKER_DASHBOARD_TOKEN: 'short' }, 'dashboard');
  expect(await short.ended).toBe(1);
  expect(short.text()).toContain('has 5 characters: choose at least 16 random ones.');
});

test('without a region, the dashboard says in each view what to set', async () => {
  const env = { PATH: process.env.PATH, HOME: '/nowhere', AWS_EC2_METADATA_DISABLED: 'true' };
  await using started = await startDashboardProcess(env);
  const advice = expect.stringMatching(/^No AWS region is set: set AWS_REGION/);
  await started.get('/data/tasks');
  expect(await started.get('/data/overview')).toMatchObject({
    history: { state: 'failing', fault: advice },
    queues: [{ queue: 'celery', fault: advice }],
  });
  expect(await started.get('/data/orphans')).toEqual({ error: { code: 'AWS_FAILED', message: advice } });
});

test('Ctrl-C ends the command at once, also while a page listens for events', async () => {
  const started = await startDashboardProcess({ ...stack.env, GIRDER_WORKER_DASHBOARD_TOKEN: 'a'.repeat(16) });
  const events = await fetch(`${new URL(started.url).origin}/data/events?token=${'a'.repeat(16)}`);
  expect(events.status).toBe(200);
  started.child.kill('SIGINT');
  expect(await started.ended).toBe(0);
  await expect(events.text()).rejects.toThrow();
});
