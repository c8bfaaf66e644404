import { beforeEach, describe, expect, test } from 'vitest';
import type { Log } from '../events/log.ts';
import type { RunInfo } from '../events/taskEvents.ts';
import { decode } from '../message/decode.ts';
import { encode } from '../message/encode.ts';
import { createVirtualSystem, type VirtualSystem } from '../system/virtualSystem.ts';
import type { History } from './history.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import type { RunRecord } from './runRecord.ts';

const signature = (task: string, id: string) => ({
  ...{ task, args: [], kwargs: {}, options: { task_id: id }, subtask_type: null, immutable: false },
});

async function runOf(id: string, kwargs: Record<string, unknown> = {}): Promise<RunInfo> {
  const embed = {
    callbacks: [],
    errbacks: [],
    chain: [signature('p.last', 'last'), signature('p.next', 'next')],
    chord: signature('p.body', 'body'),
  };
  return {
    message: await decode(encode({ task: 'p.login', id, args: ['ada', 'hunter2'], kwargs, embed })),
    entry: {
      plugin: 'p@1',
      options: {},
      load: () => undefined,
      parameters: { positional: [{ name: 'user' }, { name: 'password' }] },
    },
    delivery: { queueArn: 'arn:aws:sqs:us-east-1:0:celery', receiveCount: 2, sizeBytes: 700 },
    logFields: { task: 'p.login', id, worker: 'girder-worker@here', requestId: 'request' },
  };
}

let system: VirtualSystem;
let lines: string[];
let writes: RunRecord[][];
let append: History['append'];
let recorder: Recorder;
beforeEach(() => {
  system = createVirtualSystem({ startMs: 1000 });
  [lines, writes] = [[], []];
  append = async (records) => void writes.push([...records]);
  const line = (text: string) => void lines.push(text);
  const log: Log = { debug: line, info: line, warn: line, error: line };
  recorder = createRecorder({ history: { append: (records) => append(records) }, log, system, waitMs: 10_000 });
});

describe('the record of a run', () => {
  test('says when it was received, started and ended, how, and where', async () => {
    const run = await runOf('id');
    await recorder.events.received?.(run);
    await system.advance(5);
    await recorder.events.started?.(run);
    await system.advance(70);
    await recorder.events.ended?.(run, { state: 'SUCCESS', resultJson: '3' }, 70);
    await recorder.flush(100);
    expect(writes).toEqual([
      [
        expect.objectContaining({
          ...{ id: 'id', task: 'p.login', state: 'SUCCESS', receivedMs: 1000, startedMs: 1005, endedMs: 1075 },
          ...{ queue: 'celery', worker: 'girder-worker@here', requestId: 'request', receiveCount: 2, sizeBytes: 700 },
          ...{ rootId: 'id', parentId: null, error: null, dueMs: null },
        }),
      ],
    ]);
  });

  test('has reprs of the arguments without secrets, by the names of parameters and of keyword arguments', async () => {
    await recorder.events.ended?.(await runOf('id', { apiKey: 'k', size: 3 }), { state: 'IGNORED' }, 1);
    await recorder.flush(100);
    expect(writes[0]![0]).toMatchObject({ args: "('ada', '***')", kwargs: "{'apiKey': '***', 'size': 3}" });
  });

  test('names the next step of its chain and the body of its chord', async () => {
    await recorder.events.ended?.(await runOf('id'), { state: 'IGNORED' }, 1);
    await recorder.flush(100);
    expect(writes[0]![0]!.follows).toEqual([
      { kind: 'chain', id: 'next', task: 'p.next' },
      { kind: 'chord', id: 'body', task: 'p.body' },
    ]);
  });

  const failure = { type: 'ValueError', module: 'builtins', argsJson: '["boom"]', traceback: null };
  test.each([
    ['FAILURE', { state: 'FAILURE', failure }, { error: 'ValueError("boom")' }],
    ['RETRY', { state: 'RETRY', etaMs: 9000, failure, traceback: null }, { error: 'ValueError("boom")', dueMs: 9000 }],
    ['REVOKED', { state: 'REVOKED', reason: 'expired' }, { error: 'expired' }],
    ['REJECTED', { state: 'REJECTED', requeue: true, failure }, { error: 'ValueError("boom")' }],
    ['RETURNED', { state: 'RETURNED', why: 'No thread.' }, { error: 'No thread.' }],
    ['REPLACED', { state: 'REPLACED', signatureJson: '{}' }, { error: null }],
  ] as const)('tells the reason of the end %s', async (state, outcome, expected) => {
    await recorder.events.ended?.(await runOf('id'), outcome, 1);
    await recorder.flush(100);
    expect(writes[0]![0]).toMatchObject({ state, startedMs: null, ...expected });
  });

  test('is written when a message waits for its eta', async () => {
    await recorder.events.deferred?.(await runOf('id'), 99_000);
    await recorder.flush(100);
    expect(writes[0]![0]).toMatchObject({ state: 'SCHEDULED', receivedMs: 1000, startedMs: null, dueMs: 99_000 });
  });

  test('is that of a revoked task if the task was revoked before its message came', async () => {
    await recorder.events.endedBefore?.(await runOf('id'), 'REVOKED');
    await recorder.flush(100);
    expect(writes[0]![0]).toMatchObject({ state: 'REVOKED', error: 'revoked', startedMs: null });
  });

  test('is written for a run whose outcome was not stored, and for a duplicate of a task that has ended', async () => {
    await recorder.events.abandoned?.(await runOf('lost'));
    await recorder.events.endedBefore?.(await runOf('again'), 'SUCCESS');
    await recorder.flush(100);
    expect(writes[0]!.map(({ id, state }) => [id, state])).toEqual([
      ['lost', 'ABANDONED'],
      ['again', 'DUPLICATE'],
    ]);
  });
});

describe('the records of an invocation', () => {
  const end = async (id: string) => recorder.events.ended?.(await runOf(id), { state: 'IGNORED' }, 1);

  test('are written once, and not at all if there is none', async () => {
    for (const id of ['a', 'b', 'c']) await end(id);
    await recorder.flush(100);
    await recorder.flush(100);
    expect(writes.map((records) => records.length)).toEqual([3]);
  });

  test('are lost if the history refuses them: that is logged once, and once more when it takes them again', async () => {
    const works = append;
    append = () => Promise.reject(new Error('no such table'));
    for (const id of ['a', 'b']) {
      await end(id);
      await recorder.flush(100);
    }
    append = works;
    await end('c');
    await recorder.flush(100);
    expect(writes.flat().map(({ id }) => id)).toEqual(['c']);
    expect(lines).toEqual([
      expect.stringMatching(/^Cannot store runs in the history, which lacks them: no such table/),
      expect.stringMatching(/^Runs are stored in the history again/),
    ]);
  });

  test('are written while it runs, if it runs on for long after a run has ended', async () => {
    await end('a');
    await system.advance(9000);
    await end('b');
    expect(writes).toEqual([]);
    await system.advance(1000);
    expect(writes.map((records) => records.map(({ id }) => id))).toEqual([['a', 'b']]);
    await end('c');
    await recorder.flush(100);
    await system.advance(60_000);
    expect(writes.map((records) => records.length)).toEqual([2, 1]);
  });

  test('that are being written when it ends hold it up for no longer than the limit, too', async () => {
    append = () => new Promise(() => undefined);
    await end('a');
    await system.advance(10_000);
    let isFlushed = false;
    const flushed = recorder.flush(100).then(() => {
      isFlushed = true;
    });
    await system.advance(99);
    expect(isFlushed).toBe(false);
    await system.advance(1);
    await flushed;
  });

  test('are written at once when there are so many as one write takes', async () => {
    const options = { history: { append: (records: readonly RunRecord[]) => append(records) }, system, waitMs: 1000 };
    const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
    recorder = createRecorder({ ...options, log, batchSize: 2 });
    for (const id of ['a', 'b', 'c']) await end(id);
    await system.advance(0);
    expect(writes.map((records) => records.length)).toEqual([2]);
    await system.advance(1000);
    expect(writes.map((records) => records.length)).toEqual([2, 1]);
  });

  test('hold up the end of an invocation for no longer than the limit', async () => {
    append = () => new Promise(() => undefined);
    await end('a');
    const flushed = recorder.flush(100);
    await system.advance(100);
    await flushed;
    expect(lines).toEqual([expect.stringContaining('no answer within 100 ms')]);
  });
});
