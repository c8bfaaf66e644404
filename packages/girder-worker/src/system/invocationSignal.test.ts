import { expect, test } from 'vitest';
import { createInvocationSignal } from './invocationSignal.ts';

test('the end of an invocation aborts what it has left under way, and the next one has a signal of its own', () => {
  const invocation = createInvocationSignal();
  invocation.begin();
  const first = invocation.signal();
  expect(first.aborted).toBe(false);
  invocation.end();
  expect(first.aborted).toBe(true);
  expect(invocation.signal().aborted).toBe(true);
  invocation.begin();
  expect(invocation.signal().aborted).toBe(false);
});

test('the end of an invocation does not abort the requests of another one that still runs', () => {
  const invocation = createInvocationSignal();
  invocation.begin();
  const ofFirst = invocation.signal();
  invocation.begin();
  const ofSecond = invocation.signal();
  invocation.end();
  expect([ofFirst.aborted, ofSecond.aborted]).toEqual([false, false]);
  invocation.end();
  expect([ofFirst.aborted, ofSecond.aborted]).toEqual([true, true]);
});
