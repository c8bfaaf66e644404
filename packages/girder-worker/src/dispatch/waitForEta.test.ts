import type { SQSMessageAttributes } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { app } from '../app.ts';
import { encode } from '../message/encode.ts';
import { createMemoryStore } from '../store/memory/memoryStore.ts';
import { seededRandom } from '../system/seededRandom.ts';
import { createVirtualSystem } from '../system/virtualSystem.ts';
import type { Task } from '../task/task.ts';
import { createVirtualStack } from './fixtures/virtualStack.ts';

const minuteMs = 60_000;
const hopMs = 15 * minuteMs;
const dayMs = 24 * 60 * minuteMs;
const maxReceiveCount = 10;

/** A stack with a task that notes its runs, whose store notes its hops and may be away. */
function waitingStack() {
  const ran: string[] = [];
  const hops: string[] = [];
  const table = { isAway: false };
  const run = app.task({ name: 'p.task' }, function (this: Task): void {
    ran.push(this.request.id);
  });
  const system = createVirtualSystem();
  const memory = createMemoryStore({ system });
  const store: typeof memory = {
    ...memory,
    async takeHop(hop) {
      if (table.isAway) throw new Error('The table is away.');
      const answer = await memory.takeHop(hop);
      hops.push(answer.kind);
      return answer;
    },
  };
  const stack = createVirtualStack({
    tasks: { 'p.task': { load: () => run } },
    queues: { celery: { maxReceiveCount } },
    dispatcher: { store, system },
    system,
  });
  const etaIn = (ms: number) => new Date(system.now() + ms).toISOString();
  /** Lets time pass, and delivers what is visible every five minutes. An invocation that hangs ends by its deadline. */
  const pass = async (ms: number) => {
    const untilMs = system.now() + ms;
    while (system.now() < untilMs) {
      for (let more = true; more; ) {
        let isSettled = false;
        const invocation = stack.invoke().finally(() => {
          isSettled = true;
        });
        await system.advance(0);
        if (!isSettled) await system.advance(minuteMs);
        more = (await invocation) > 0;
      }
      await system.advance(Math.max(0, Math.min(5 * minuteMs, untilMs - system.now())));
    }
  };
  return { ...stack, store, ran, hops, table, etaIn, pass };
}

describe('20 messages', () => {
  test.each([
    ['wait four days, and are deleted in vain after 1 % of their hops,', { days: 4, kept: 0.01, dead: 0, lost: 0 }],
    ['wait four days, and are deleted in vain after 5 % of their hops,', { days: 4, kept: 0.05, dead: 0, lost: 0 }],
    [
      'wait a day, and lose their function in 5 % of their hops before it sends,',
      { days: 1, kept: 0, dead: 0.05, lost: 0 },
    ],
    [
      'wait a day, and are refused by SQS in 5 % of their hops, which it makes or not,',
      { days: 1, kept: 0.01, dead: 0, lost: 0.05 },
    ],
  ])('that %s stay less than 30, and each task runs once', async (_, faults) => {
    const { send, transport, pass, ran, etaIn } = waitingStack();
    const random = seededRandom(7);
    const { acknowledge, resend } = transport;
    transport.acknowledge = async (receipt) => {
      if (random() >= faults.kept) await acknowledge(receipt);
    };
    transport.resend = async (...message) => {
      if (random() < faults.dead) return new Promise(() => undefined);
      if (random() >= faults.lost) return resend(...message);
      if (random() < 0.5) await resend(...message);
      throw new Error('SQS is away.');
    };
    const ids = Array.from({ length: 20 }, (_, number) => `id${number}`);
    const eta = etaIn(faults.days * dayMs);
    for (const id of ids) await send({ task: 'p.task', id, eta });
    let most = 0;
    for (let hour = 0; hour < faults.days * 24 - 1; hour++) {
      await pass(60 * minuteMs);
      most = Math.max(most, transport.messages('celery').length);
    }
    expect(most).toBeLessThan(30);
    expect(ran).toEqual([]);
    await pass(3 * 60 * minuteMs);
    expect(ran).toHaveLength(ids.length);
    expect(new Set(ran)).toEqual(new Set(ids));
    expect(transport.messages('celery-dead-letters')).toEqual([]);
  });
});

describe('a message that waits', () => {
  test('keeps its body, and costs a write for each hop but the first and the last', async () => {
    const { send, transport, pass, ran, hops, etaIn } = waitingStack();
    await send({ task: 'p.task', id: 'id', eta: etaIn(8 * hopMs) });
    const [{ body } = { body: '' }] = transport.messages('celery');
    await pass(9 * hopMs);
    expect(ran).toEqual(['id']);
    expect(new Set(transport.resent.map((copy) => copy.body))).toEqual(new Set([body]));
    expect(transport.resent.length - hops.length).toBe(2);
    expect(new Set(hops)).toEqual(new Set(['taken']));
  });

  test('less than half an hour costs no write', async () => {
    const { send, pass, ran, hops, etaIn } = waitingStack();
    await send({ task: 'p.task', id: 'id', eta: etaIn(2 * hopMs - minuteMs) });
    await pass(3 * hopMs);
    expect({ ran, hops }).toEqual({ ran: ['id'], hops: [] });
  });

  test('goes on if its function dies after it has taken a hop and before it has sent the next copy', async () => {
    const { send, transport, pass, ran, hops, etaIn } = waitingStack();
    await send({ task: 'p.task', id: 'id', eta: etaIn(6 * hopMs) });
    const { resend } = transport;
    let deaths = 0;
    transport.resend = (...message) =>
      hops.length === 2 && deaths++ === 0 ? new Promise(() => undefined) : resend(...message);
    await pass(7 * hopMs);
    expect({ ran, hasDied: deaths > 0 }).toEqual({ ran: ['id'], hasDied: true });
  });

  test('goes on if a copy of it, which SQS counts as another message, finds the hop taken by one that is gone', async () => {
    const { send, store, transport, pass, ran, etaIn } = waitingStack();
    await send({ task: 'p.task', id: 'id', eta: etaIn(9 * hopMs) });
    const { takeHop } = store;
    let isTakenByOther = false;
    store.takeHop = async (hop) => {
      if (hop.number === 3 && !isTakenByOther) {
        isTakenByOther = true;
        await takeHop({ ...hop, owner: 'a delivery that was deleted' });
      }
      return takeHop(hop);
    };
    await pass(8 * hopMs);
    expect({ ran, left: transport.messages('celery').length, isTakenByOther }).toEqual({
      ...{ ran: [], left: 1, isTakenByOther: true },
    });
    await pass(2 * hopMs);
    expect(ran).toEqual(['id']);
  });

  test('waits on while the table is away', async () => {
    const { send, pass, ran, table, etaIn, lines } = waitingStack();
    table.isAway = true;
    await send({ task: 'p.task', id: 'id', eta: etaIn(6 * hopMs) });
    await pass(6 * hopMs - minuteMs);
    expect(ran).toEqual([]);
    await pass(10 * minuteMs);
    expect(ran).toEqual(['id']);
    expect(lines.filter((line) => line.includes('sent again without a record'))).not.toEqual([]);
  });

  test('does not run if it is revoked meanwhile, nor if it has expired', async () => {
    const { send, store, transport, pass, ran, etaIn } = waitingStack();
    await send({ task: 'p.task', id: 'revoked', eta: etaIn(6 * hopMs) });
    await send({ task: 'p.task', id: 'expired', eta: etaIn(6 * hopMs), expires: etaIn(4 * hopMs) });
    await pass(3 * hopMs);
    await store.revoke('revoked', 'revoked');
    await pass(4 * hopMs);
    expect(ran).toEqual([]);
    const states = [await store.read('revoked'), await store.read('expired')].map((result) => result?.state);
    expect(states).toEqual(['REVOKED', 'REVOKED']);
    expect(transport.messages('celery')).toEqual([]);
  });

  test('waits although its sender has used all of its ten attributes', async () => {
    const { transport, system, pass, ran, etaIn } = waitingStack();
    const attribute = { dataType: 'String' as const, stringValue: 'x' };
    const messageAttributes: SQSMessageAttributes = Object.fromEntries(
      Array.from({ length: 10 }, (_, number) => [`a${number}`, attribute]),
    );
    const body = encode({ task: 'p.task', id: 'id', eta: etaIn(4 * hopMs) }, system);
    const queueArn = 'arn:aws:sqs:us-east-1:000000000000:celery';
    await transport.resend({ queueArn, receiptHandle: 'r', messageAttributes }, body, {});
    await pass(5 * hopMs);
    expect(ran).toEqual(['id']);
    const counts = transport.resent.map(({ receipt }) => Object.keys(receipt.messageAttributes ?? {}).length);
    expect(Math.max(...counts)).toBe(10);
  });
});
