import { expect, test } from 'vitest';
import { createRecentClaims } from './recentClaims.ts';

test('the end of a claim tells how many others of the last half second have not ended', () => {
  let nowMs = 0;
  const { begin, end } = createRecentClaims({ now: () => nowMs });
  begin('long');
  nowMs = 400;
  for (const id of ['a', 'b', 'c']) begin(id);
  expect(end('a')).toBe(3);
  nowMs = 501;
  expect(end('b')).toBe(1);
  expect(end('c')).toBe(0);
  expect(end('long')).toBe(0);
  expect(end('unknown')).toBe(0);
});

test('a task that is claimed again counts once', () => {
  const { begin, end } = createRecentClaims({ now: () => 0 });
  for (const id of ['a', 'a', 'b']) begin(id);
  expect(end('b')).toBe(1);
});
