import { expect, test } from 'vitest';
import { encode } from '../message/encode.ts';
import { createMemoryStore } from '../store/memory/memoryStore.ts';
import { createVirtualSystem } from '../system/virtualSystem.ts';
import { createRecordedTransport } from '../transport/fixtures/recordedTransport.ts';
import './continuationPlanner.ts'; // Loaded before the dispatcher loads it: virtual time does not wait until an import has ended.
import type { DispatcherOptions } from './dispatcher.ts';
import { claimOfAnother, dispatchOne, success } from './fixtures/dispatchOne.ts';

const never = () => new Promise<never>(() => undefined);

/** Sends one task, which succeeds at once. Resolves to the answer of the handler, and to when it came, in ms. */
async function answerWith(changes: Partial<DispatcherOptions>, body = encode({ task: 'p.task', id: 'id', args: [] })) {
  const system = createVirtualSystem();
  const startMs = system.now();
  const { send, runs, lines } = dispatchOne({}, { system, ...changes }, startMs + 10_000, body);
  const answer = send().then((value) => ({ value, ms: system.now() - startMs }));
  await system.advance(1);
  for (const { end } of runs) end(success);
  await system.advance(20_000);
  return { ...(await answer), lines };
}

const returned = { batchItemFailures: [{ itemIdentifier: 'm' }] };

test.each<[string, Partial<DispatcherOptions>]>([
  ['a claim', { store: { ...createMemoryStore(), claim: never } }],
  ['the write of a result', { store: { ...createMemoryStore(), complete: never } }],
  ['a listener of task events', { events: [{ received: never, ended: never }] }],
])('the handler answers before the deadline of its invocation, whatever hangs: %s', async (_, changes) => {
  const { ms } = await answerWith(changes);
  expect(ms).toBeLessThan(10_000);
});

test('a message that is not settled then returns to the queue, and a log line says so', async () => {
  const { value, ms, lines } = await answerWith({ store: { ...createMemoryStore(), claim: never } });
  expect(value).toEqual(returned);
  expect(ms).toBe(9800);
  expect(lines.join('\n')).toContain('The invocation ends in 200 ms, and not all of its messages are settled');
});

test('a task that returns while a native call of it goes on keeps its claim until the function cannot run it any more', async () => {
  const system = createVirtualSystem();
  const store = createMemoryStore({ system });
  const { send, runs, transport } = dispatchOne({}, { system, store }, system.now() + 10_000);
  const answer = send();
  await system.advance(8000);
  runs[0]!.end({ state: 'RETURNED', why: 'too late' }, { isThreadAlive: true });
  await system.advance(100);
  expect(await answer).toEqual(returned);
  expect(transport.visibilityChanges).toMatchObject([{ seconds: 7 }]); // The claim lasts for 5 seconds after the deadline.
  expect(await store.claim(claimOfAnother(system.now() + 1000))).toMatchObject({ kind: 'claimedElsewhere' });
});

test('the handler answers when a continuation cannot be sent because SQS does not answer', async () => {
  const next = {
    task: 'p.task',
    args: [],
    kwargs: {},
    options: { task_id: 'next' },
    subtask_type: null,
    immutable: true,
  };
  const body = encode({ task: 'p.task', id: 'id', args: [], embed: { callbacks: [next] } });
  const transport = { ...createRecordedTransport(), publishAll: never };
  const { value, ms } = await answerWith({ transport }, body);
  expect(value).toEqual(returned);
  expect(ms).toBeLessThan(10_000);
});
