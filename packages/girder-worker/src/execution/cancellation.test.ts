import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { CancellationFlag } from './cancellation.ts';

test('a flag set in one thread ends a loop in another thread that never yields', async () => {
  const cell = new SharedArrayBuffer(4);
  const flag = new CancellationFlag(cell);
  const thread = new Worker(
    `const { workerData, parentPort } = require('node:worker_threads');
     import(${JSON.stringify(new URL('./cancellation.ts', import.meta.url).href)}).then(({ CancellationFlag }) => {
       const flag = new CancellationFlag(workerData);
       parentPort.postMessage('computing');
       let rounds = 0;
       while (!flag.isSet()) rounds++;
       parentPort.postMessage(rounds);
     });`,
    { eval: true, workerData: cell },
  );
  const received: unknown[] = [];
  const ended = new Promise<void>((resolve) => {
    thread.on('message', (message) => {
      received.push(message);
      if (message === 'computing') flag.set();
      else resolve();
    });
  });
  await ended;
  expect(received).toEqual(['computing', expect.any(Number)]);
  await thread.terminate();
});

test('a flag that was set but never read was not seen', () => {
  const flag = new CancellationFlag();
  flag.set();
  expect(flag.wasSeen).toBe(false);
  expect(flag.isSet()).toBe(true);
  expect(flag.wasSeen).toBe(true);
});

test('a flag that is reset for another task and set again is seen again', () => {
  const cell = new SharedArrayBuffer(4);
  const ours = new CancellationFlag(cell);
  ours.set();
  ours.reset();
  const theirs = new CancellationFlag(cell);
  expect(theirs.isSet()).toBe(false);
  ours.set('softLimit');
  expect([theirs.isSet(), theirs.stopReason()]).toEqual([false, 'softLimit']);
  ours.set();
  expect([theirs.isSet(), theirs.stopReason()]).toEqual([true, 'revoked']);
});
