import { expect, test } from 'vitest';
import { newRecord } from '../../../../girder-worker/src/history/fixtures/records.ts';
import { createMemoryHistory } from '../../../../girder-worker/src/history/memory/memoryHistory.ts';
import { createVirtualSystem } from '../../../../girder-worker/src/system/virtualSystem.ts';
import { createHistoryFollower } from './historyFollower.ts';
import { createTaskWindow } from './taskWindow.ts';

const dayMs = 24 * 3600 * 1000;

function setUp(maxTasks = 100) {
  const system = createVirtualSystem();
  const history = createMemoryHistory(system);
  const window = createTaskWindow(maxTasks);
  const reads: { fromMs: number; toMs: number }[] = [];
  let failure: Error | undefined;
  const follower = createHistoryFollower({
    ...{ window, system, windowMs: dayMs },
    describeError: (error) => (error as Error).message,
    history: {
      read(range) {
        reads.push(range);
        if (failure) throw failure;
        return history.read(range);
      },
    },
  });
  return {
    ...{ system, history, window, reads, follower },
    fail: (error: Error | undefined) => {
      failure = error;
    },
  };
}

test('the history is read only while it is looked at, and a minute longer', async () => {
  const { follower, system, reads } = setUp();
  await system.advance(dayMs);
  expect(reads).toEqual([]);
  follower.use();
  await system.advance(dayMs);
  expect(reads.length).toBe(30);
  await follower.stop();
});

test('the first reading goes back as far as the window, and the next ones only as far as a late write may be', async () => {
  const { follower, system, reads } = setUp();
  const startMs = system.now();
  follower.use();
  await system.advance(2000);
  expect(reads.map(({ fromMs }) => fromMs - startMs)).toEqual([-dayMs - 30_000, -30_000]);
  await follower.stop();
});

test('a write that is seen late, by a clock that is behind, is not missed', async () => {
  const { follower, system, history, window } = setUp();
  follower.use();
  await system.advance(10_000);
  const late = { now: () => system.now() - 20_000 };
  const behind = createMemoryHistory(late);
  await behind.append([newRecord({ id: 'late' })]);
  history.read = behind.read;
  await system.advance(2000);
  expect(window.get('late')).toBeDefined();
  await follower.stop();
});

test('a history that cannot be read is told with its reason, and read again after ten seconds', async () => {
  const { follower, system, fail } = setUp();
  expect(follower.status()).toMatchObject({ state: 'loading', fault: null });
  fail(new Error('not authorized to perform: dynamodb:Query'));
  follower.use();
  await system.advance(0);
  expect(follower.status()).toMatchObject({ state: 'failing', fault: 'not authorized to perform: dynamodb:Query' });
  fail(undefined);
  await system.advance(9000);
  expect(follower.status().state).toBe('failing');
  await system.advance(1000);
  expect(follower.status()).toMatchObject({ state: 'ready', fault: null });
  await follower.stop();
});

test('a request waits for a reading if the last one is old, and not if the history cannot be read', async () => {
  const { follower, system, history, window, reads, fail } = setUp();
  await history.append([newRecord({ id: 'a' })]);
  expect((await follower.current()).state).toBe('ready');
  expect([window.size, reads.length]).toEqual([1, 1]);
  await follower.current();
  expect(reads.length).toBe(1);
  await system.advance(dayMs);
  await history.append([newRecord({ id: 'b' })]);
  await follower.current();
  expect(window.size).toBe(2);
  fail(new Error('no answer'));
  await system.advance(dayMs);
  expect((await follower.current()).state).toBe('failing');
  await follower.stop();
});

test('a stopped follower reads no more', async () => {
  const { follower, system, reads } = setUp();
  follower.use();
  await system.advance(0);
  await follower.stop();
  await system.advance(dayMs);
  expect(reads.length).toBe(1);
});
