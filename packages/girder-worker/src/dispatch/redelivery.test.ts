import { describe, expect, test } from 'vitest';
import { app } from '../app.ts';
import type { TaskEvents } from '../events/taskEvents.ts';
import type { Task } from '../task/task.ts';
import { createVirtualStack } from './fixtures/virtualStack.ts';

const runs: string[] = [];
const tasks = {
  'p.good': {
    load: () =>
      app.task({ name: 'p.good' }, function (this: Task) {
        runs.push(this.request.id);
      }),
  },
  'p.retries': {
    load: () =>
      app.task({ name: 'p.retries', maxRetries: 1 }, function (this: Task) {
        runs.push(`${this.request.id} ${this.request.retries}`);
        throw this.retry({ countdown: 30 });
      }),
  },
  'p.requeues': {
    load: () =>
      app.task({ name: 'p.requeues' }, function (this: Task) {
        runs.push(this.request.id);
        throw Object.assign(new Error('not here'), { name: 'Reject', requeue: true, reason: 'not here' });
      }),
  },
  'p.tellsDelivery': {
    load: () =>
      app.task({ name: 'p.tellsDelivery' }, function (this: Task) {
        runs.push(`redelivered: ${this.request.deliveryInfo.redelivered}`);
        throw Object.assign(new Error('not here'), { name: 'Reject', requeue: true, reason: 'not here' });
      }),
  },
  'p.changes': {
    parameters: ['foo', 'bar'],
    load: () =>
      app.task({ name: 'p.changes' }, function (this: Task, foo: number, bar: number) {
        runs.push(`${foo} ${bar}`);
        if (this.request.retries === 0) throw this.retry({ args: [foo + 1], countdown: 0 });
        if (this.request.retries === 1) throw this.retry({ kwargs: { foo: foo + 1, bar: bar + 1 }, countdown: 30 });
      }),
  },
  'p.changesBadly': {
    parameters: ['foo'],
    load: () =>
      app.task({ name: 'p.changesBadly' }, function (this: Task, foo: number) {
        throw this.retry({ args: foo === 1 ? [new Set()] : [1, 2] });
      }),
  },
};

function stack(...more: Parameters<typeof createVirtualStack>[0][]) {
  runs.length = 0;
  return createVirtualStack({ tasks, ...more[0] });
}

describe('a message in a queue', () => {
  test('is gone when its task has run', async () => {
    const { send, invokeWithin, transport } = stack();
    await send({ task: 'p.good', id: 'a' });
    await invokeWithin(1000);
    expect(runs).toEqual(['a']);
    expect(transport.messages('celery')).toEqual([]);
  });

  test('with an eta in two hours is relayed in delays of at most 15 minutes, and runs then', async () => {
    const { send, invoke, system, transport } = stack();
    const eta = new Date(system.now() + 2 * 3600 * 1000).toISOString();
    await send({ task: 'p.good', id: 'later', eta });
    let deliveries = 0;
    for (let quarter = 0; quarter <= 8; quarter++) {
      deliveries += await invoke();
      if (runs.length === 0) expect(transport.messages('celery')).toHaveLength(1);
      await system.advance(15 * 60 * 1000);
    }
    expect(runs).toEqual(['later']);
    expect(deliveries).toBe(9);
  });

  test('whose task retries runs again after the countdown, not before, and fails when no retry is left', async () => {
    const { send, invoke, system, store } = stack();
    await send({ task: 'p.retries', id: 'r' });
    await invoke();
    await system.advance(29_000);
    expect(await invoke()).toBe(0);
    await system.advance(1000);
    expect(await invoke()).toBe(1);
    expect(runs).toEqual(['r 0', 'r 1']);
    expect(await store.read('r')).toMatchObject({ state: 'FAILURE', exception: { type: 'MaxRetriesExceededError' } });
  });

  test('that its task rejects with requeue is delivered again after 2, 4 and 8 seconds', async () => {
    const { send, invoke, system, transport } = stack();
    await send({ task: 'p.requeues', id: 'q' });
    const hidden: number[] = [];
    for (let delivery = 0; delivery < 3; delivery++) {
      await invoke();
      const [message] = transport.messages('celery');
      hidden.push((message!.visibleMs - system.now()) / 1000);
      await system.advance(message!.visibleMs - system.now());
    }
    expect(hidden).toEqual([2, 4, 8]);
    expect(runs).toEqual(['q', 'q', 'q']);
  });

  test('tells its task whether it was delivered before', async () => {
    const { send, invoke, system } = stack();
    await send({ task: 'p.tellsDelivery', id: 'd' });
    await invoke();
    await system.advance(2000);
    await invoke();
    expect(runs).toEqual(['redelivered: false', 'redelivered: true']);
  });

  test('whose task retries with other arguments runs with them, although no message shows a duplicate the new ones', async () => {
    const { send, invoke, system, store, transport } = stack();
    const message = { task: 'p.changes', id: 'c', args: [1], kwargs: { bar: 5 } };
    await send(message);
    await invoke();
    await send(message); // A duplicate of the first message.
    for (let second = 0; second < 40; second++) {
      await invoke();
      await system.advance(1000);
    }
    expect(runs).toEqual(['1 5', '2 5', '3 6']);
    expect((await store.read('c'))?.state).toBe('SUCCESS');
    expect(transport.messages('celery')).toEqual([]);
  });

  test('whose retry with other arguments could not be stored runs again, and its retry has the other arguments', async () => {
    const { send, invoke, system, store, transport } = stack();
    const { retry } = store;
    let failures = 1;
    const failing: typeof retry = async (...given) => {
      if (failures-- > 0) throw new Error('no network');
      return retry(...given);
    };
    Object.assign(store, { retry: failing });
    await send({ task: 'p.changes', id: 'c', args: [1], kwargs: { bar: 5 } });
    for (let second = 0; second < 200; second++) {
      await invoke();
      await system.advance(1000);
    }
    expect(runs[0]).toBe('1 5');
    expect(runs.filter((run) => run === '3 6')).toHaveLength(1);
    expect((await store.read('c'))?.state).toBe('SUCCESS');
    expect(transport.messages('celery')).toEqual([]);
  });

  test.each([
    [1, 'that JSON cannot represent', /^EncodeError\(.*Set/],
    [2, 'that do not fit the task', /^TypeError\(.changesBadly\(\) takes 1 positional argument but 2 were given/],
  ])('whose task retries with other arguments (case %i) %s fails with Reject, as in Celery', async (foo, _, text) => {
    const { send, invoke, store } = stack();
    await send({ task: 'p.changesBadly', id: 'b', args: [foo] });
    await invoke();
    expect(await store.read('b')).toMatchObject({
      state: 'FAILURE',
      exception: { type: 'Reject', args: [expect.stringMatching(text), false] },
    });
  });

  test('that cannot be decoded lies in the dead-letter queue with its reason, and nowhere else', async () => {
    const { transport, invoke } = stack();
    await transport.publish('no message at all', { queue: 'celery' });
    await invoke();
    expect(transport.messages('celery')).toEqual([]);
    expect(transport.messages('celery-dead-letters')).toMatchObject([
      {
        body: 'no message at all',
        messageAttributes: { code: { stringValue: 'NOT_AN_ENVELOPE' }, reason: { stringValue: expect.any(String) } },
      },
    ]);
  });

  test('that cannot be decoded is logged with its id, its queue, the reason, and its task if that is readable', async () => {
    const { transport, invoke, lines } = stack();
    const envelope = {
      ...{ body: 'gAJ9', 'content-type': 'application/x-python-serialize', 'content-encoding': 'binary' },
      headers: { lang: 'py', task: 'p.good', id: 'pickled' },
      properties: {
        ...{ correlation_id: 'pickled', body_encoding: 'base64' },
        delivery_info: { exchange: '', routing_key: 'celery' },
      },
    };
    await transport.publish(JSON.stringify(envelope), { queue: 'celery' });
    await transport.publish('no message at all', { queue: 'celery' });
    await invoke();
    expect(lines.filter((line) => line.includes('cannot be decoded')).sort()).toEqual([
      expect.stringMatching(
        /^Message \S+ from queue celery cannot be decoded \(NOT_AN_ENVELOPE\): .*[^.]\. It is moved to the dead-letter queue\.$/,
      ),
      expect.stringMatching(
        /^Message \S+ of task p\.good\[pickled\] from queue celery cannot be decoded \(CONTENT_DISALLOWED\): .*/,
      ),
    ]);
  });

  test('whose handling fails each time becomes a dead letter after maxReceiveCount deliveries', async () => {
    const { send, invoke, system, transport } = stack({
      tasks,
      queues: { celery: { maxReceiveCount: 3 } },
      dispatcher: {
        store: { ...createVirtualStack({ tasks }).store, claim: () => Promise.reject(new Error('no network')) },
      },
    });
    await send({ task: 'p.good', id: 'x' });
    for (let delivery = 0; delivery < 5; delivery++) {
      await invoke();
      await system.advance(900_000);
    }
    expect(runs).toEqual([]);
    expect(transport.messages('celery')).toEqual([]);
    expect(transport.messages('celery-dead-letters')).toHaveLength(1);
  });

  test('of a FIFO group waits until the one before it is acknowledged, and other groups do not', async () => {
    const { transport } = stack();
    const put = (body: string, messageGroupId: string) => transport.publish(body, { queue: 'q.fifo', messageGroupId });
    await put('a1', 'a');
    await put('a2', 'a');
    await put('b1', 'b');
    const [first] = transport.receive('q.fifo', { maxMessages: 1 });
    expect(first?.body).toBe('a1');
    expect(transport.receive('q.fifo').map(({ body }) => body)).toEqual(['b1']);
    await transport.acknowledge({ queueArn: first!.eventSourceARN, receiptHandle: first!.receiptHandle });
    expect(transport.receive('q.fifo').map(({ body }) => body)).toEqual(['a2']);
  });
});

describe('task event listeners of a dispatcher', () => {
  test('get the life of a task in its order, with its states, its progress and its log', async () => {
    const events: string[] = [];
    const listener: TaskEvents = {
      received: ({ message }) => void events.push(`received ${message.id}`),
      started: async ({ entry }) => void events.push(`started ${entry?.plugin}`),
      log: (_, level, text) => void events.push(`log ${level} ${text}`),
      state: (_, state, metaJson) => void events.push(`state ${state} ${metaJson}`),
      progress: (_, { current, total, message }) => void events.push(`progress ${current}/${total} ${message}`),
      ended: (_, { state }) => void events.push(`ended ${state}`),
    };
    const { send, invokeWithin, store } = createVirtualStack({
      tasks: {
        'p.progresses': {
          load: () =>
            app.task({ name: 'p.progresses' }, async function (this: Task) {
              this.log.info('begin');
              await this.updateState({ state: 'PROGRESS', meta: { current: 3, total: 10, message: 'resizing' } });
              await this.updateState({ state: 'CLEANING' });
            }),
        },
      },
      dispatcher: { events: [listener] },
    });
    await send({ task: 'p.progresses', id: 'a' });
    await invokeWithin(1000);
    expect(events).toEqual([
      'received a',
      'started p@1',
      'log info begin',
      'state PROGRESS {"current": 3, "total": 10, "message": "resizing"}',
      'progress 3/10 resizing',
      'state CLEANING null',
      'ended SUCCESS',
    ]);
    expect((await store.read('a'))?.state).toBe('SUCCESS');
  });

  test('that fail or hang cost a task nothing but a log line', async () => {
    const { send, invokeWithin, store, transport, lines } = createVirtualStack({
      tasks,
      dispatcher: {
        events: [
          { received: () => Promise.reject(new Error('no job server')) },
          { started: () => new Promise(() => undefined) },
        ],
      },
    });
    await send({ task: 'p.good', id: 'a' });
    await invokeWithin(10_000);
    expect((await store.read('a'))?.state).toBe('SUCCESS');
    expect(transport.messages('celery')).toEqual([]);
    expect(lines.filter((line) => /no job server|did not handle all events/.test(line))).toHaveLength(2);
  });
});

describe('a request of a task to the main thread', () => {
  const asks = {
    'p.asks': {
      load: () =>
        app.task({ name: 'p.asks' }, async function (this: Task) {
          return this.request.id;
        }),
    },
  };

  test('is answered by the handler of its name, and rejected in the task if no handler has that name', async () => {
    const answers: unknown[] = [];
    const { send, invokeWithin } = createVirtualStack({
      tasks: asks,
      dispatcher: {
        pool: {
          run(_body, listener) {
            const ended = (async () => {
              answers.push(await listener.onRequest({ name: 'jobLog', payload: { text: 'line' } }));
              await listener
                .onRequest({ name: 'unknown', payload: null })
                .catch((error) => answers.push(String(error)));
              return { outcome: { state: 'SUCCESS', resultJson: 'null' } as const, childrenJson: '[]' };
            })();
            return { ended, cancel: () => undefined, terminate: () => undefined };
          },
        },
        taskRequests: { jobLog: async ({ claim }, payload) => ({ id: claim.id, payload }) },
      },
    });
    await send({ task: 'p.asks', id: 'a' });
    await invokeWithin(1000);
    expect(answers).toEqual([
      { id: 'a', payload: { text: 'line' } },
      'Error: The task asked for "unknown", which this worker does not handle.',
    ]);
  });
});
