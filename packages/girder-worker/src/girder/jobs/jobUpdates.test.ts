import { expect, test } from 'vitest';
import { createVirtualSystem } from '../../system/virtualSystem.ts';
import { GirderError, StateTransitionError } from '../wire/girderError.ts';
import type { JobFields } from './jobConnection.ts';
import { JobUpdates } from './jobUpdates.ts';

/** Updates whose connection the test answers: with a status, or with an error. */
function updatesUnderTest(answer: (fields: JobFields, call: number) => number | Error = () => 2) {
  const system = createVirtualSystem();
  const startMs = system.now();
  const sent: (JobFields & { readonly atMs: number })[] = [];
  const call = async (fields: JobFields): Promise<number> => {
    sent.push({ ...fields, atMs: system.now() - startMs } as JobFields & { readonly atMs: number });
    const answered = answer(fields, sent.length);
    if (answered instanceof Error) throw answered;
    return answered;
  };
  const updates = new JobUpdates({ update: call, read: () => call({}) }, system);
  return { system, sent, updates };
}

const unreachable = () => new GirderError('UNREACHABLE', 'connection refused');

test('log and progress are sent together, 500 ms after the first of them', async () => {
  const { system, sent, updates } = updatesUnderTest();
  updates.write('one\n');
  updates.progress({ total: 4, current: 1 });
  await system.advance(400);
  updates.write('two\n');
  updates.progress({ current: 2, message: 'half' });
  expect(sent).toEqual([]);
  await system.advance(100);
  expect(sent).toEqual([
    { atMs: 500, log: 'one\ntwo\n', progressTotal: '4', progressCurrent: '2', progressMessage: 'half' },
  ]);
});

test('a thousand updates in a second are two requests', async () => {
  const { system, sent, updates } = updatesUnderTest();
  for (let current = 0; current < 1000; current++) {
    updates.progress({ current });
    await system.advance(1);
  }
  expect(sent.length).toBeLessThanOrEqual(2);
});

test('what was written before a status is sent before it, at once', async () => {
  const { system, sent, updates } = updatesUnderTest(({ status }) => Number(status ?? 2));
  updates.write('last words\n');
  await updates.moveTo(3);
  expect(sent).toEqual([
    { atMs: 0, log: 'last words\n' },
    { atMs: 0, status: '3' },
  ]);
  await system.advance(5000);
  expect(sent).toHaveLength(2);
  expect(updates.status).toBe(3);
});

test('forceFlush sends at once', () => {
  const { sent, updates } = updatesUnderTest();
  updates.progress({ current: 1, forceFlush: true });
  expect(sent).toMatchObject([{ atMs: 0, progressCurrent: '1' }]);
});

test('while Girder does not answer, updates wait in their order and are repeated with growing delays', async () => {
  const { system, sent, updates } = updatesUnderTest((_fields, call) => (call <= 3 ? unreachable() : 2));
  const moved = updates.moveTo(2);
  updates.write('meanwhile\n');
  await system.advance(2000);
  await moved;
  expect(sent.map(({ atMs, status, log }) => [atMs, status ?? log])).toEqual([
    [0, '2'],
    [250, '2'],
    [750, '2'],
    [1750, '2'],
    [1750, 'meanwhile\n'],
  ]);
  expect(updates.undelivered()).toBeUndefined();
});

test('a refused transition rejects, and the updates after it are sent', async () => {
  const { sent, updates } = updatesUnderTest(({ status }) => (status === '2' ? new StateTransitionError('no') : 5));
  await expect(updates.moveTo(2)).rejects.toThrow(StateTransitionError);
  await updates.moveTo(5);
  expect(sent.map(({ status }) => status)).toEqual(['2', '5']);
  expect(updates.undelivered()).toBeUndefined();
});

test('after an error that stays, such as an expired token, nothing more is sent, and all of it is named', async () => {
  const refused = new GirderError('HTTP_STATUS', 'Girder answered 401: Invalid token', {
    status: 401,
    isGirders: true,
  });
  const { system, sent, updates } = updatesUnderTest(() => refused);
  await updates.moveTo(2);
  updates.write('twelve chars');
  updates.progress({ current: 1 });
  await updates.moveTo(3);
  await system.advance(60_000);
  expect(sent).toHaveLength(1);
  expect(updates.undelivered()).toBe('status 2, status 3, 12 characters of the log, the progress');
  expect(updates.failure).toBe(refused);
});

test('an update that Girder calls invalid is lost alone', async () => {
  const invalid = new GirderError('HTTP_STATUS', 'Girder answered 400: no number', { status: 400, isGirders: true });
  const { updates, sent } = updatesUnderTest(({ progressTotal }) => (progressTotal ? invalid : 2));
  updates.progress({ total: 1, forceFlush: true });
  await updates.moveTo(2);
  expect(sent).toHaveLength(2);
  expect(updates.undelivered()).toBe('the progress');
});

test('drain ends after its limit although Girder never answers', async () => {
  const { system, updates } = updatesUnderTest(unreachable);
  void updates.moveTo(3);
  let isDrained = false;
  const drained = updates.drain(4500).then(() => {
    isDrained = true;
  });
  await system.advance(4400);
  expect(isDrained).toBe(false);
  await system.advance(200);
  await drained;
  expect(updates.undelivered()).toBe('status 3');
});

test('the status is asked for once a second at most, and not while updates bring it', async () => {
  const { system, sent, updates } = updatesUnderTest();
  await updates.moveTo(2);
  for (let polls = 0; polls < 12; polls++) {
    updates.poll();
    await system.advance(250);
  }
  expect(sent.map(({ atMs, ...fields }) => [atMs, fields])).toEqual([
    [0, { status: '2' }],
    [1000, {}],
    [2000, {}],
  ]);
});

test('a poll that fails is no loss', async () => {
  const { system, updates } = updatesUnderTest(unreachable);
  await system.advance(1000);
  updates.poll();
  await system.advance(60_000);
  expect(updates.undelivered()).toBeUndefined();
});

test('a long log is sent in parts, and no character is cut in two', async () => {
  const { sent, updates } = updatesUnderTest();
  const text = `${'x'.repeat(64 * 1024 - 1)}😀${'y'.repeat(1000)}`;
  updates.write(text, true);
  await updates.drain(1000);
  expect(sent.map(({ log }) => log?.length)).toEqual([64 * 1024 - 1, 1002]);
  expect(sent.map(({ log }) => log).join('')).toBe(text);
});

test('a log that grows while Girder is down is cut at 1 MiB, and says so', async () => {
  let isDown = true;
  const { system, sent, updates } = updatesUnderTest(() => (isDown ? unreachable() : 2));
  for (let i = 0; i < 40; i++) updates.write('z'.repeat(50_000), true);
  isDown = false;
  await system.advance(10_000);
  updates.write('end\n', true);
  await updates.drain(1000);
  const log = sent.map((fields) => fields.log ?? '').join('');
  expect(log.replaceAll('z', '')).toBe('\n[951424 characters were dropped here]\nend\n');
});
