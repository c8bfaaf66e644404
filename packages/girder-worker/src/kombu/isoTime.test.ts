import { expect, test } from 'vitest';
import { isoToMs } from './isoTime.ts';

const moment = Date.UTC(2026, 10, 23, 4, 5, 6, 700);

test.each([
  '2026-11-23T04:05:06.700',
  '2026-11-23 04:05:06.700000Z',
  '2026-11-23_04:05:06.7+00:00',
  '20261123T040506.7',
  '2026-11-23T06:05:06,700+02:00',
  '2026-11-22t23:05:06.7-0500',
])('%s is the same moment, as to Python', (text) => {
  expect(isoToMs(text)).toBe(moment);
});

test.each(['2026-11-31', '2026-11-23T25:00', '23.11.2026', 'tomorrow', '', '2026-11-23T'])('%j is no time', (text) => {
  expect(isoToMs(text)).toBeNaN();
});
