import { describe, expect, test } from 'vitest';
import { app } from '../app.ts';
import { taskOf } from '../canvas/signatures/signature.ts';
import { decode } from '../message/decode.ts';
import type { OutgoingMessage } from '../message/encode.ts';
import type { Task } from '../task/task.ts';
import { createVirtualStack } from './fixtures/virtualStack.ts';

/** The queue in SQS, which no setting of this worker names: that of a client with `queue_name_prefix` or `predefined_queues`. */
const origin = 'stage-b-jobs';

describe.each([
  ['celery', 'the default queue'],
  ['jobs', 'a queue of another name'],
])('a message for the queue %s (%s) that comes from a queue of another name in SQS', (routingKey) => {
  const deliveryInfo = { exchange: '', routingKey };

  test('is followed in that queue by links, the next step of its chain, and the body of its chord', async () => {
    const { arrivesAt, run } = stackUnderTest();
    const chord = { ...taskOf('p.body', []), options: { task_id: 'body' } };
    const embed = { callbacks: [taskOf('p.link', [])], chain: [taskOf('p.next', [])], errbacks: [], chord };
    await run({ task: 'p.good', id: 'id', args: [], embed, group: 'g', groupIndex: 0, deliveryInfo }, ['id']);
    expect(await arrivesAt(origin)).toEqual([
      ['p.link', routingKey],
      ['p.next', routingKey],
      ['p.body', routingKey],
    ]);
    expect(await arrivesAt('celery')).toEqual([]);
    expect(await arrivesAt('jobs')).toEqual([]);
  });

  test('is followed in that queue by its errback, its retry and its replacement', async () => {
    for (const task of ['p.bad', 'p.again', 'p.replaced']) {
      const { arrivesAt, run } = stackUnderTest();
      const embed = { callbacks: [], chain: [], errbacks: [taskOf('p.errback', [])], chord: null };
      await run({ task, id: task, args: [], embed, deliveryInfo });
      const follower = { 'p.bad': 'p.errback', 'p.again': 'p.again', 'p.replaced': 'p.other' }[task];
      expect(await arrivesAt(origin)).toEqual([[follower, routingKey]]);
    }
  });

  test('is followed in that queue by a signature that names the queue of the message', async () => {
    const { arrivesAt, run } = stackUnderTest();
    const named = { ...taskOf('p.link', []), options: { queue: routingKey } };
    const keyed = { ...taskOf('p.next', []), options: { routing_key: routingKey } };
    const embed = { callbacks: [named], chain: [keyed], errbacks: [], chord: null };
    await run({ task: 'p.good', id: 'id', args: [], embed, deliveryInfo });
    expect(await arrivesAt(origin)).toEqual([
      ['p.link', routingKey],
      ['p.next', routingKey],
    ]);
  });

  test('is followed in another queue by a signature that names it', async () => {
    const { arrivesAt, run } = stackUnderTest();
    const named = { ...taskOf('p.link', []), options: { queue: 'other' } };
    const embed = { callbacks: [named], chain: [], errbacks: [], chord: null };
    await run({ task: 'p.good', id: 'id', args: [], embed, deliveryInfo });
    expect(await arrivesAt('other')).toEqual([['p.link', 'other']]);
    expect(await arrivesAt(origin)).toEqual([]);
  });
});

test('the messages that follow a message of a FIFO queue are published one by one, although its Celery name does not end in .fifo', async () => {
  const { run, transport } = stackUnderTest('orders.fifo');
  let running = 0;
  const publish = transport.publish;
  transport.publish = async (body, options) => {
    running += 1;
    expect(running).toBe(1);
    await Promise.resolve();
    await publish(body, options);
    running -= 1;
  };
  const embed = { callbacks: [taskOf('p.link', []), taskOf('p.next', [])], chain: [], errbacks: [], chord: null };
  await run({ task: 'p.good', id: 'id', args: [], embed, deliveryInfo: { exchange: '', routingKey: 'orders' } });
  expect(transport.messages('orders.fifo')).toHaveLength(2);
});

function stackUnderTest(queue = origin) {
  const good = () => 1;
  const bad = () => {
    throw new Error('bad');
  };
  function again(this: Task): void {
    throw this.retry({ countdown: 0 });
  }
  function replaced(this: Task): void {
    throw this.replace(app.canvas.signature('p.other'));
  }
  const { store, transport, send, invokeWithin } = createVirtualStack({
    tasks: {
      'p.good': { load: () => app.task({ name: 'p.good' }, good) },
      'p.bad': { load: () => app.task({ name: 'p.bad' }, bad) },
      'p.again': { load: () => app.task({ name: 'p.again' }, again) },
      'p.replaced': { load: () => app.task({ name: 'p.replaced' }, replaced) },
    },
  });
  return {
    transport,
    /** Runs a message that comes from the queue; the members are those of its chord. */
    async run(message: OutgoingMessage, members: readonly string[] = []): Promise<void> {
      if (message.group) await store.startChord(message.group, [[message.group, null], members.map(memberOf)]);
      await send(message, queue);
      await invokeWithin(10_000, queue);
    },
    /** The tasks of the messages in a queue, each with its routing key. */
    async arrivesAt(name: string): Promise<unknown[]> {
      const messages = await Promise.all(transport.messages(name).map(({ body }) => decode(body)));
      return messages.map(({ task, deliveryInfo }) => [task, deliveryInfo.routingKey]);
    },
  };
}

function memberOf(id: string) {
  return [[id, null], null] as const;
}
