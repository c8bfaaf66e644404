import { expect, test } from 'vitest';
import { createOutage, describeError } from './outage.ts';
import { createVirtualSystem } from './virtualSystem.ts';

function outageUnderTest() {
  const system = createVirtualSystem();
  const lines: string[] = [];
  const line = (level: string) => (text: string) => void lines.push(`${level} ${text}`);
  const log = { warn: line('WARNING'), error: line('ERROR') };
  const outage = createOutage({ what: 'Cannot read the table', ended: 'The table is read again', log, system });
  return { system, lines, outage };
}

test('work that fails four times a second for three minutes is logged once a minute, and once when it works again', async () => {
  const { system, lines, outage } = outageUnderTest();
  for (let attempt = 0; attempt <= 3 * 60 * 4; attempt++) {
    outage.failed(new Error('no network'));
    await system.advance(250);
  }
  outage.succeeded();
  outage.succeeded();
  expect(lines).toEqual([
    'WARNING Cannot read the table: no network. Retrying...',
    'WARNING Cannot read the table since 60 s and 241 failed attempts: no network',
    'WARNING Cannot read the table since 120 s and 481 failed attempts: no network',
    'WARNING Cannot read the table since 180 s and 721 failed attempts: no network',
    'WARNING The table is read again, after 180 s and 721 failed attempts.',
  ]);
});

test('work that fails, succeeds and fails again has two outages', () => {
  const { lines, outage } = outageUnderTest();
  outage.failed(new Error('first'));
  outage.succeeded();
  outage.failed(new Error('second'));
  expect(lines).toEqual([
    'WARNING Cannot read the table: first. Retrying...',
    'WARNING The table is read again, after 0 s and 1 failed attempt.',
    'WARNING Cannot read the table: second. Retrying...',
  ]);
});

test('an outage that lasts tells when it began, how many attempts failed, and the last error', async () => {
  const { system, outage } = outageUnderTest();
  expect(outage.ongoing).toBeUndefined();
  const sinceMs = system.now();
  outage.failed(new Error('first'));
  await system.advance(1000);
  outage.failed(new Error('second'));
  expect(outage.ongoing).toEqual({ what: 'Cannot read the table', sinceMs, failures: 2, error: 'second' });
  outage.succeeded();
  expect(outage.ongoing).toBeUndefined();
});

test.each([
  [new Error('Two\n  lines.'), 'Two lines'],
  [Object.assign(new Error('too fast'), { name: 'ThrottlingException' }), 'ThrottlingException: too fast'],
  [Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  [new TypeError(), 'TypeError'],
  ['a text', 'a text'],
])('an error is described in one line: %s', (error, text) => {
  expect(describeError(error)).toBe(text);
});
