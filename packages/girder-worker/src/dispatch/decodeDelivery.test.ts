import { expect, test } from 'vitest';
import { app } from '../app.ts';
import { decode } from '../message/decode.ts';
import { encode } from '../message/encode.ts';
import { createMemoryStore } from '../store/memory/memoryStore.ts';
import { createVirtualSystem } from '../system/virtualSystem.ts';
import { createDeliveryDecoder } from './decodeDelivery.ts';
import { createVirtualStack } from './fixtures/virtualStack.ts';
import { createIsolation } from './isolation.ts';
import type { RunContext } from './taskRun.ts';

const large = 'x'.repeat(40_000);

/** A stack with a large message in its queue. */
async function stackWithLargeMessage() {
  const calls: unknown[] = [];
  const task = app.task({ name: 'p.task' }, (text: unknown) => void calls.push(text));
  const stack = createVirtualStack({ tasks: { 'p.task': { load: () => task, parameters: ['text'] } } });
  await stack.send({ task: 'p.task', id: 'id', args: [large] });
  return {
    ...{ ...stack, calls },
    /** A function receives the message, and dies while it decodes it. */
    async die() {
      const [record] = stack.transport.receive('celery', { maxMessages: 1, visibilityTimeoutSeconds: 1 });
      await stack.store.beginDecoding(record!.messageId);
      await stack.system.advance(1001);
    },
  };
}

test('a large message whose worker died each time is a dead letter after five times, and its task has failed', async () => {
  const { die, invoke, store, transport, calls } = await stackWithLargeMessage();
  for (let times = 0; times < 5; times++) await die();
  await invoke();
  expect(transport.deadLetters).toMatchObject([{ code: 'WORKER_LOST' }]);
  expect(await store.read('id')).toMatchObject({
    state: 'FAILURE',
    exception: { args: ['The worker died 5 times while it decoded the message.'] },
  });
  expect(calls).toEqual([]);
});

test('a large message whose worker died four times runs if it can be decoded then', async () => {
  const { die, invoke, store, calls } = await stackWithLargeMessage();
  for (let times = 0; times < 4; times++) await die();
  await invoke();
  expect(calls).toEqual([large]);
  expect((await store.read('id'))?.state).toBe('SUCCESS');
});

/** Decodes messages; the store tells which decodings have begun and not ended. */
function decoderUnderTest() {
  const system = createVirtualSystem();
  const isolation = createIsolation(system);
  const begun: string[] = [];
  const store = {
    ...createMemoryStore({ system }),
    beginDecoding: async (id: string) => begun.push(id),
    endDecoding: async (id: string) => void begun.push(`end of ${id}`),
  };
  const decodeDelivery = createDeliveryDecoder({ store, isolation, maxDeliveries: 5 });
  const decodeMessage = (text: string, receiveCount: number) =>
    decodeDelivery({
      delivery: { messageId: 'm', body: encode({ task: 'p.task', id: 'id', args: [text] }), receiveCount },
      window: { startMs: 0, endMs: 100_000 },
    } as RunContext);
  return { system, isolation, begun, decodeMessage };
}

test.each([
  ['a large message is delivered for the first time', large, 1],
  ['a small message is delivered again', 'x', 2],
])('decodings are not counted if %s', async (_, text, receiveCount) => {
  const { begun, decodeMessage } = decoderUnderTest();
  expect(await decodeMessage(text, receiveCount)).toMatchObject({ args: [text] });
  expect(begun).toEqual([]);
});

test('a large message that is delivered again is decoded when the tasks beside it have ended, and its count ends', async () => {
  const { system, isolation, begun, decodeMessage } = decoderUnderTest();
  await decode(encode({ task: 'p.task', id: 'id', args: [large] })); // Loads what decoding needs: virtual time does not wait for it.
  const task = Promise.withResolvers<void>();
  void isolation.beside(() => task.promise);
  await system.advance(0);
  const decoded = decodeMessage(large, 2);
  await system.advance(10);
  expect(begun).toEqual([]);
  task.resolve();
  expect(await decoded).toMatchObject({ args: [large] });
  expect(begun).toEqual(['m', 'end of m']);
});
