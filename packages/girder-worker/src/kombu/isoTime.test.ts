import { expect, test } from 'vitest';
import { isoToMs, naiveIsoTime, utcIsoTime, utcIsoTimeWithMicroseconds } from './isoTime.ts';

const moment = Date.UTC(2026, 10, 23, 4, 5, 6, 700);

test.each([
  '2026-11-23T04:05:06.700',
  '2026-11-23 04:05:06.700000Z',
  '2026-11-23_04:05:06.7+00:00',
  '20261123T040506.7',
  '2026-11-23T06:05:06,700+02:00',
  '2026-11-22t23:05:06.7-0500',
])('isoToMs parses %s as 2026-11-23 04:05:06.7 in UTC, like Python', (text) => {
  expect(isoToMs(text)).toBe(moment);
});

test.each(['2026-11-31', '2026-11-23T25:00', '23.11.2026', 'tomorrow', '', '2026-11-23T'])(
  'isoToMs returns NaN for %j',
  (text) => {
    expect(isoToMs(text)).toBeNaN();
  },
);

test('naiveIsoTime and utcIsoTime leave out a fraction of zero, and utcIsoTimeWithMicroseconds writes it', () => {
  const writers = [naiveIsoTime, utcIsoTime, utcIsoTimeWithMicroseconds];
  expect(writers.map((write) => write(new Date(moment)))).toEqual([
    '2026-11-23T04:05:06.700000',
    '2026-11-23T04:05:06.700000+00:00',
    '2026-11-23T04:05:06.700000+00:00',
  ]);
  expect(writers.map((write) => write(new Date(moment - 700)))).toEqual([
    '2026-11-23T04:05:06',
    '2026-11-23T04:05:06+00:00',
    '2026-11-23T04:05:06.000000+00:00',
  ]);
});
