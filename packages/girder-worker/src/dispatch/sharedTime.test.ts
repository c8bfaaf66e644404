import { expect, test } from 'vitest';
import { createSharedTime } from './sharedTime.ts';

function timeUnderTest() {
  let nowMs = 0;
  const { begin } = createSharedTime({ now: () => nowMs });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { begin, pass };
}

test('a run that computes alone does not share its time', () => {
  const { begin, pass } = timeUnderTest();
  const run = begin();
  pass(1000);
  expect(run.wasShared(1)).toBe(false);
});

test('of two runs beside each other, one that computes shares its time, and one that waits does not', () => {
  const { begin, pass } = timeUnderTest();
  const [computes, waits] = [begin(), begin()];
  pass(1000);
  expect(computes.wasShared(0.9)).toBe(true);
  expect(waits.wasShared(0.1)).toBe(false);
});

test('a short run beside a long one takes no time of it that counts', () => {
  const { begin, pass } = timeUnderTest();
  const long = begin();
  const short = begin();
  pass(100);
  short.end();
  pass(900);
  expect(long.wasShared(1)).toBe(false);
});
