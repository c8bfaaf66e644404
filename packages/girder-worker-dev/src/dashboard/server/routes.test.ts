import { expect, test } from 'vitest';
import { createMemoryStack } from '../../../../../test/support/dashboardStack.ts';
import { newRecord } from '../../../../girder-worker/src/history/fixtures/records.ts';
import type { Overview, TaskPage } from '../data.ts';
import { createRoutes } from './routes.ts';
import type { DashboardStack } from './stack.ts';

const tokens = { access: 'access-token', action: 'action-token' };
const page = async () => ({ html: '', script: '', style: '', compressedBytes: 0 });
const headers = { host: '127.0.0.1:5555', authorization: 'Bearer access-token' };

function client(stack: DashboardStack) {
  const routes = createRoutes({ stack, tokens, page, port: () => 5555 });
  const request = (path: string, init: RequestInit = {}) =>
    routes.request(`http://127.0.0.1:5555${path}`, { headers, ...init });
  const post = async (path: string, body: unknown) => {
    const response = await request(path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, ...((await response.json()) as object) };
  };
  return { request, post };
}

test.each(['revoke', 'forget', 'send', 'dead-letters'])(
  'without --actions, the action %s is refused, and the answer names the option',
  async (action) => {
    const { post } = client(createMemoryStack({ hasActions: false }));
    expect(await post(`/actions/${action}`, { ids: ['a'] })).toEqual({
      status: 403,
      error: { code: 'FORBIDDEN', message: 'Start `girder-worker dashboard --actions` to permit changes.' },
    });
  },
);

test.each([
  ['/actions/revoke', { ids: [] }, '"ids" must be a list of 1 to 1000 ids, got 0 items'],
  ['/actions/revoke', { ids: 'a' }, '"ids" must be a list of 1 to 1000 ids, got "a"'],
  ['/actions/revoke', { ids: [1] }, '"ids" must be a list of 1 to 1000 ids, got 1 items'],
  [
    '/actions/forget',
    { ids: Array.from({ length: 1001 }, () => 'a') },
    '"ids" must be a list of 1 to 1000 ids, got 1001 items',
  ],
  ['/actions/revoke', '[]', 'The body of the request must be an object in JSON.'],
  ['/actions/revoke', '{', 'The body of the request must be an object in JSON.'],
  ['/actions/send', { task: 'add', kwargsJson: '{}', queue: 'celery' }, '"argsJson" must be a text, got undefined'],
  [
    '/actions/send',
    { task: 'add', argsJson: '{}', kwargsJson: '{}', queue: 'q' },
    'args must be a list in JSON, got {}',
  ],
  [
    '/actions/send',
    { task: 'add', argsJson: '[]', kwargsJson: '[]', queue: 'q' },
    'kwargs must be an object in JSON, got []',
  ],
  [
    '/actions/dead-letters',
    { queue: 'q', messageIds: ['a'], action: 'burn' },
    '"action" must be replay or delete, got "burn"',
  ],
])('%s refuses %j', async (path, body, message) => {
  expect(await client(createMemoryStack()).post(path, body)).toEqual({
    status: 400,
    error: { code: 'INVALID', message },
  });
});

test('arguments that are not JSON are refused with the place', async () => {
  const body = { task: 'add', argsJson: '[1,', kwargsJson: '{}', queue: 'celery' };
  const { status, error } = (await client(createMemoryStack()).post('/actions/send', body)) as unknown as {
    status: number;
    error: { message: string };
  };
  expect([status, error.message]).toEqual([400, expect.stringMatching(/^args is not JSON: /)]);
});

test('a body of more than a megabyte is refused', async () => {
  const { post } = client(createMemoryStack());
  expect(await post('/actions/revoke', { ids: ['a'.repeat(1024 * 1024)] })).toMatchObject({
    status: 400,
    error: { code: 'INVALID' },
  });
});

test('integers beyond 2 ** 53 in the arguments of a task that is sent again stay as they are', async () => {
  const stack = createMemoryStack();
  const body = { task: 'add', argsJson: '[9007199254740993]', kwargsJson: '{"x": 1}', queue: 'fast' };
  expect(await client(stack).post('/actions/send', body)).toEqual({
    ...{ status: 200, id: 'new-id', text: 'add was sent to fast as new-id.' },
  });
  expect(stack.sent).toEqual([['add', [9007199254740993n], { x: 1 }, 'fast']]);
});

test.each([
  ['/data/tasks?sort=size', '"sort" must be one of received, runtime, task, state, queue, retries, got size'],
  ['/data/tasks?order=up', '"order" must be asc or desc, got up'],
  ['/data/tasks?offset=-1', '"offset" must be a whole number, got -1'],
  ['/data/overview?minutes=0', '"minutes" must be from 1 to 10080, got 0'],
  ['/data/events?minutes=99999', '"minutes" must be from 1 to 10080, got 99999'],
])('%s is refused', async (path, message) => {
  const response = await client(createMemoryStack()).request(path);
  expect([response.status, await response.json()]).toEqual([400, { error: { code: 'INVALID', message } }]);
});

test('a task that neither the history nor the table knows is not found', async () => {
  const response = await client(createMemoryStack()).request('/data/tasks/missing');
  expect([response.status, await response.json()]).toEqual([
    404,
    { error: { code: 'NOT_FOUND', message: expect.stringContaining('"missing"') } },
  ]);
});

test('an error of AWS is told with its message', async () => {
  const orphanScan = { list: () => Promise.reject(new Error('User is not authorized to perform: dynamodb:Scan')) };
  const response = await client(createMemoryStack({ orphanScan })).request('/data/orphans');
  expect([response.status, await response.json()]).toEqual([
    502,
    { error: { code: 'AWS_FAILED', message: 'User is not authorized to perform: dynamodb:Scan' } },
  ]);
});

test('a queue that cannot be read is told beside those that can', async () => {
  const status = async (queue: string) => {
    if (queue === 'gone') throw new Error('There is no queue gone.');
    return { name: queue, ready: 3, inFlight: 1, delayed: 0, deadLetters: null };
  };
  const { queueAdmin } = createMemoryStack();
  const stack = createMemoryStack({ queues: ['celery', 'gone'], queueAdmin: { ...queueAdmin, status } });
  const { queues } = (await (await client(stack).request('/data/overview')).json()) as Overview;
  expect(queues).toMatchObject([
    { queue: 'celery', ready: 3, fault: null },
    { queue: 'gone', fault: 'There is no queue gone.' },
  ]);
});

test('an overview comes as an event at once', async () => {
  const response = await client(createMemoryStack()).request('/data/events');
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  await reader.cancel();
  expect(value).toMatch(/^event: overview\ndata: \{"stack":/);
});

test('the first search waits until the history was read', async () => {
  const stack = createMemoryStack();
  const receivedMs = stack.system.now();
  await stack.history.append([newRecord({ id: 'a', receivedMs, startedMs: receivedMs, endedMs: receivedMs + 5 })]);
  const { request } = client(stack);
  const found = (await (await request('/data/tasks?text=FIBONACCI')).json()) as TaskPage;
  expect(found).toMatchObject({ total: 1, tasks: [{ id: 'a', state: 'SUCCESS', runtimeMs: 5 }] });
  await stack.follower.stop();
});
