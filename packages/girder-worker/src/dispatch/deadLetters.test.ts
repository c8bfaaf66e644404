import type { SQSRecord } from 'aws-lambda';
import { expect, test } from 'vitest';
import { app } from '../app.ts';
import type { Receipt } from '../transport/transport.ts';
import { createVirtualStack, type VirtualTask } from './fixtures/virtualStack.ts';

const signature = (task: string, id: string) => ({
  ...{ task, args: [], kwargs: {}, options: { task_id: id }, subtask_type: null, immutable: true },
});

/** A queue whose messages become dead letters after two deliveries, and whose functions die before they claim a task. */
function stackWithDeadLetters(tasks: Readonly<Record<string, VirtualTask>> = {}, queue = 'celery') {
  const inbox = queue.replace(/(\.fifo)?$/, '-undelivered$1');
  const deadLetterQueue = queue.replace(/(\.fifo)?$/, '-dead-letters$1');
  const calls: string[] = [];
  const stack = createVirtualStack({
    tasks: { 'p.task': { load: () => app.task({ name: 'p.task' }, () => void calls.push('p.task')) }, ...tasks },
    queues: { [queue]: { maxReceiveCount: 2, deadLetterQueue: inbox }, [inbox]: { deadLetterQueue } },
  });
  const { system, transport } = stack;
  return {
    ...stack,
    ...{ calls, inbox, deadLetterQueue },
    /** Delivers the messages of the queue to a function that dies, until SQS gives up. */
    async dieUntilUndelivered(): Promise<SQSRecord[]> {
      for (let delivery = 0; delivery < 2; delivery++) {
        transport.receive(queue);
        await system.advance(60_000);
      }
      return transport.receive(queue);
    },
    letters: () => transport.messages(deadLetterQueue),
    /** Sends the dead letters back as `dlq replay` does. */
    async replay(): Promise<void> {
      for (const { body, messageAttributes, messageGroupId } of transport.messages(deadLetterQueue)) {
        const receipt = { queueArn: `arn:aws:sqs:us-east-1:000000000000:${queue}`, receiptHandle: '' };
        await transport.resend({ ...receipt, messageAttributes, messageGroupId } as Receipt, body, {});
      }
    },
  };
}

test('a task whose function dies at every delivery before it has claimed it fails with WorkerLostError, and its message is a dead letter with the reason', async () => {
  const { send, store, transport, letters, inbox, ...stack } = stackWithDeadLetters();
  await send({ task: 'p.task', id: 'id' });
  await stack.dieUntilUndelivered();
  expect(await store.read('id')).toBeUndefined();

  await stack.consumeUndelivered(inbox);
  expect(await store.read('id')).toMatchObject({
    state: 'FAILURE',
    exception: { type: 'WorkerLostError', args: [expect.stringContaining('as often as the queue celery allows')] },
  });
  expect(transport.messages(inbox)).toEqual([]);
  expect(letters()).toMatchObject([
    {
      messageAttributes: {
        code: { stringValue: 'DELIVERED_TOO_OFTEN' },
        reason: { stringValue: expect.stringContaining('never acknowledged') },
        queue: { stringValue: 'arn:aws:sqs:us-east-1:000000000000:celery' },
      },
    },
  ]);
});

test('the errbacks of such a task are called, and the later steps of its chain fail', async () => {
  const seen: unknown[] = [];
  const { send, store, inbox, invoke, ...stack } = stackWithDeadLetters({
    'p.errback': {
      load: () => app.task({ name: 'p.errback' }, (id: string) => void seen.push(id)),
      parameters: ['id'],
    },
  });
  await send({
    ...{ task: 'p.task', id: 'id' },
    embed: {
      callbacks: [],
      errbacks: [{ ...signature('p.errback', 'errback'), args: ['called'] }],
      chain: [signature('p.task', 'last'), signature('p.task', 'next')],
      chord: null,
    },
  });
  await stack.dieUntilUndelivered();
  await stack.consumeUndelivered(inbox);
  expect(await store.read('next')).toMatchObject({ state: 'FAILURE' });
  expect(await store.read('last')).toMatchObject({ state: 'FAILURE' });
  await invoke();
  expect(seen).toEqual(['called']);
});

test('a chord whose member is such a task fails, and a client of its body does not wait', async () => {
  const { send, store, inbox, ...stack } = stackWithDeadLetters();
  const body = { ...signature('p.task', 'body'), options: { task_id: 'body' } };
  await store.startChord('g', [['g', null], [[['id', null], null]]]);
  await send({ task: 'p.task', id: 'id', group: 'g', embed: { callbacks: [], errbacks: [], chain: [], chord: body } });
  await stack.dieUntilUndelivered();
  await stack.consumeUndelivered(inbox);
  expect(await store.read('body')).toMatchObject({ state: 'FAILURE' });
});

test('the message of a task that has ended does not change its result, and is a dead letter, too', async () => {
  const { send, store, inbox, letters, invoke, calls, ...stack } = stackWithDeadLetters();
  await send({ task: 'p.task', id: 'id' });
  await stack.dieUntilUndelivered();
  await send({ task: 'p.task', id: 'id' });
  await invoke();
  await stack.consumeUndelivered(inbox);
  expect(calls).toEqual(['p.task']);
  expect(await store.read('id')).toMatchObject({ state: 'SUCCESS' });
  expect(letters()).toHaveLength(1);
});

test('the message of a task that another delivery runs returns until the claim of that delivery ends', async () => {
  const { send, store, inbox, letters, system, ...stack } = stackWithDeadLetters();
  await send({ task: 'p.task', id: 'id' });
  await stack.dieUntilUndelivered();
  const claim = {
    ...{ id: 'id', owner: 'other', leaseEndMs: system.now() + 60_000, epoch: 0, ignoreResult: false },
    worker: { pid: 1, hostname: 'other' },
  };
  await store.claim(claim);
  await stack.consumeUndelivered(inbox);
  expect(letters()).toEqual([]);
  expect(await store.read('id')).toMatchObject({ state: 'PENDING' });
  await system.advance(61_000);
  await stack.consumeUndelivered(inbox);
  expect(letters()).toHaveLength(1);
  expect(await store.read('id')).toMatchObject({ state: 'FAILURE' });
});

test('the message of a task whose retry waits does not fail it', async () => {
  const { send, store, inbox, letters, system, ...stack } = stackWithDeadLetters();
  await send({ task: 'p.task', id: 'id' });
  await stack.dieUntilUndelivered();
  const claim = {
    ...{ id: 'id', owner: 'other', leaseEndMs: system.now() + 60_000, epoch: 0, ignoreResult: false },
    worker: { pid: 1, hostname: 'other' },
  };
  await store.claim(claim);
  const retry = { state: 'RETRY', etaMs: system.now() + 5000, failure: null, traceback: null } as const;
  await store.retry(claim, retry, { group: null, parentId: null }, 1);
  await stack.consumeUndelivered(inbox);
  expect(await store.read('id')).toMatchObject({ state: 'RETRY' });
  expect(letters()).toHaveLength(1);
  await system.advance(5000);
  // The retry may not have been sent: it is sent again, into the queue of the task.
  expect(stack.transport.messages('celery')).toHaveLength(1);
});

test('a dead letter that is sent back runs once, however often it is sent back', async () => {
  const { send, store, inbox, letters, invoke, calls, replay, ...stack } = stackWithDeadLetters();
  await send({ task: 'p.task', id: 'id' });
  await stack.dieUntilUndelivered();
  await stack.consumeUndelivered(inbox);
  await replay();
  await replay();
  await invoke();
  await replay();
  await invoke();
  expect(letters()).toHaveLength(1);
  expect(calls).toEqual(['p.task']);
  expect(await store.read('id')).toMatchObject({ state: 'SUCCESS' });
});

test('another message of a task that failed as a dead letter does not run it: a late duplicate changes no result', async () => {
  const { send, store, inbox, invoke, calls, ...stack } = stackWithDeadLetters();
  await send({ task: 'p.task', id: 'id' });
  await stack.dieUntilUndelivered();
  await stack.consumeUndelivered(inbox);
  await send({ task: 'p.task', id: 'id' });
  await invoke();
  expect(calls).toEqual([]);
  expect(await store.read('id')).toMatchObject({ state: 'FAILURE' });
});

test('a dead letter that is sent back and is delivered too often again fails its task again, with one reason', async () => {
  const { send, store, inbox, replay, transport, deadLetterQueue, ...stack } = stackWithDeadLetters();
  await send({ task: 'p.task', id: 'id' });
  await stack.dieUntilUndelivered();
  await stack.consumeUndelivered(inbox);
  await replay();
  await stack.dieUntilUndelivered();
  await stack.consumeUndelivered(inbox);
  expect(await store.read('id')).toMatchObject({ state: 'FAILURE' });
  const names = transport
    .messages(deadLetterQueue)
    .map(({ messageAttributes }) => new Set(Object.keys(messageAttributes)));
  expect(names).toEqual(Array.from({ length: 2 }, () => new Set(['code', 'reason', 'queue'])));
});

test('a message that the dispatcher cannot decode keeps its code and its reason', async () => {
  const { inbox, letters, transport, invoke, ...stack } = stackWithDeadLetters();
  await transport.publish('no JSON', { queue: 'celery' });
  await invoke();
  await stack.consumeUndelivered(inbox);
  expect(letters()).toMatchObject([
    { body: 'no JSON', messageAttributes: { code: { stringValue: transport.deadLetters[0]!.code } } },
  ]);
  expect(transport.deadLetters).toHaveLength(2);
});

test('a sender cannot name the queue of its dead letter', async () => {
  const { inbox, letters, transport, ...stack } = stackWithDeadLetters();
  const text = (stringValue: string) => ({ dataType: 'String' as const, stringValue });
  const forged = { code: text('A7'), reason: text('x'), queue: text('arn:aws:sqs:us-east-1:000000000000:secret') };
  const receipt = { queueArn: 'arn:aws:sqs:us-east-1:000000000000:celery', receiptHandle: '' };
  await transport.resend({ ...receipt, messageAttributes: forged }, 'no JSON', {});
  await stack.dieUntilUndelivered();
  await stack.consumeUndelivered(inbox);
  expect(letters()).toMatchObject([
    { messageAttributes: { code: text('DELIVERED_TOO_OFTEN'), queue: text(receipt.queueArn) } },
  ]);
});

test('the dead letters of a FIFO queue keep their group and their order, and a copy after a crash is dropped', async () => {
  const { send, inbox, letters, transport, system, ...stack } = stackWithDeadLetters({}, 'celery.fifo');
  await send({ task: 'p.task', id: 'one' }, 'celery.fifo');
  await stack.dieUntilUndelivered();
  await send({ task: 'p.task', id: 'two' }, 'celery.fifo');
  await stack.dieUntilUndelivered();
  await stack.consumeUndelivered(inbox, { dies: true });
  await system.advance(200_000);
  await stack.consumeUndelivered(inbox);
  expect(letters().map(({ messageGroupId }) => messageGroupId)).toEqual(['default', 'default']);
  expect(await stack.store.read('one')).toMatchObject({ state: 'FAILURE' });
  expect(await stack.store.read('two')).toMatchObject({ state: 'FAILURE' });
});

test('a table that is away for a day delays the failure, and makes no dead letter before it is stored', async () => {
  const { send, store, inbox, letters, system, ...stack } = stackWithDeadLetters();
  await send({ task: 'p.task', id: 'id' });
  await stack.dieUntilUndelivered();
  for (let hour = 0; hour < 24; hour++) {
    await stack.consumeUndelivered(inbox, { isTableAway: true });
    await system.advance(3_600_000);
  }
  expect(letters()).toEqual([]);
  await stack.consumeUndelivered(inbox);
  expect(letters()).toHaveLength(1);
  expect(await store.read('id')).toMatchObject({ state: 'FAILURE' });
});
