import { expect, test } from 'vitest';
import { createMemoryStore } from '../store/memory/memoryStore.ts';
import { createVirtualSystem } from '../system/virtualSystem.ts';
import { createRecordedTransport } from '../transport/fixtures/recordedTransport.ts';
import './continuationPlanner.ts'; // Loaded before the dispatcher loads it: virtual time does not wait until an import has ended.

import { encode } from '../message/encode.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { LeaseOptions } from './deps.ts';
import { dispatchOne, success } from './fixtures/dispatchOne.ts';

const noAnswer = () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
const signature = {
  task: 'p.next',
  args: [],
  kwargs: {},
  options: { task_id: 'next' },
  subtask_type: null,
  immutable: false,
};
const body = encode({
  ...{ task: 'p.task', id: 'id', args: [] },
  embed: { callbacks: [], errbacks: [], chain: [signature], chord: null },
});

/** A function with one task that ends when its first write or message after the end fails so many times. */
function functionAt(
  fails: { readonly store?: number; readonly queue?: number },
  windowMs = 60_000,
  lease?: LeaseOptions,
  sent = body,
) {
  const system = createVirtualSystem();
  const memory = createMemoryStore({ system });
  const queues = createRecordedTransport({ system });
  let { store: storeFaults = 0, queue: queueFaults = 0 } = fails;
  const store: typeof memory = {
    ...memory,
    complete: (...given) => (storeFaults-- > 0 ? noAnswer() : memory.complete(...given)),
    release: (...given) => (storeFaults-- > 0 ? noAnswer() : memory.release(...given)),
    retry: (...given) => (storeFaults-- > 0 ? noAnswer() : memory.retry(...given)),
  };
  const transport: typeof queues = {
    ...queues,
    publishAll: (messages) => (queueFaults-- > 0 ? noAnswer() : queues.publishAll(messages)),
  };
  const deadlineMs = lease ? Number.POSITIVE_INFINITY : system.now() + windowMs;
  const dispatched = dispatchOne({}, { store, transport, system, lease }, deadlineMs, sent);
  return {
    ...{ ...dispatched, system, memory, queues },
    async runFor(ms: number, result: Outcome = success) {
      const answer = dispatched.send();
      for (let passedMs = 0; dispatched.runs.length === 0 && passedMs < 1000; passedMs += 10) await system.advance(10);
      dispatched.runs[0]!.end(result);
      for (let passedMs = 0; passedMs < ms; passedMs += 100) await system.advance(100);
      return answer;
    },
  };
}

test('the outcome of a task is stored, and what follows is sent, when table and queue answer again', async () => {
  const { runFor, memory, queues, runs, acknowledged, lines } = functionAt({ store: 5, queue: 4 });
  expect(await runFor(50_000)).toEqual(acknowledged);
  expect((await memory.read('id'))?.state).toBe('SUCCESS');
  expect(queues.published).toHaveLength(1);
  expect(runs).toHaveLength(1);
  expect(lines.filter((line) => line.startsWith('Table or queues do not answer'))).toHaveLength(2);
  expect(lines.filter((line) => line.startsWith('Table and queues answer again'))).toHaveLength(2);
});

test('the message returns to the queue shortly before the invocation ends, if they do not', async () => {
  const { runFor, memory, returned, system } = functionAt({ store: 1000 }, 20_000);
  const startMs = system.now();
  expect(await runFor(20_000)).toEqual(returned);
  expect(system.now() - startMs).toBeLessThanOrEqual(21_000);
  expect((await memory.read('id'))?.state).toBe('PENDING');
});

test('a worker goes on for as long as a claim lasts, and renews the claim meanwhile', async () => {
  const lease = { leaseMs: 60_000, periodMs: 20_000 };
  const { runFor, memory, acknowledged, system } = functionAt({ store: 12 }, undefined, lease);
  const startMs = system.now();
  expect(await runFor(100_000)).toEqual(acknowledged);
  expect((await memory.read('id'))?.state).toBe('SUCCESS');
  expect(system.now() - startMs).toBeGreaterThan(60_000);
});

test.each<[string, Outcome, string?]>([
  ['a replacement', { state: 'REPLACED', signatureJson: JSON.stringify(signature) }],
  [
    'a retry with other arguments',
    {
      ...{ state: 'RETRY', etaMs: 0, failure: null, traceback: null },
      arguments: { argsJson: '[1]', kwargsJson: '{}' },
    },
  ],
  [
    'what follows a task without a result',
    success,
    encode({
      ...{ task: 'p.task', id: 'id', args: [], ignoreResult: true },
      embed: { callbacks: [], errbacks: [], chain: [signature], chord: null },
    }),
  ],
])(
  '%s, which is sent before the end of its task is stored, is sent once, however often the table does not answer',
  async (_, result, sent) => {
    const { runFor, queues, acknowledged } = functionAt({ store: 5 }, 60_000, undefined, sent);
    expect(await runFor(50_000, result)).toEqual(acknowledged);
    expect(queues.published.length + queues.resent.length).toBe(1);
  },
);
