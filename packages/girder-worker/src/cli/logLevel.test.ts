import { expect, test } from 'vitest';
import { createTextLog } from '../events/textLog.ts';
import { fromLevel, logLevel } from './logLevel.ts';

test.each([
  ['debug', 4],
  ['INFO', 3],
  ['Warning', 2],
  ['error', 1],
  ['critical', 0],
  ['FATAL', 0],
])('-l %s shows %d of a line of debug, info, warning and error each', (text, shown) => {
  const lines: string[] = [];
  const log = fromLevel(
    logLevel(text),
    createTextLog((line) => lines.push(line)),
  );
  for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level]('a line');
  expect(lines).toHaveLength(shown);
});

test('an unknown level is refused with the ones there are', () => {
  expect(() => logLevel('loud')).toThrow(/DEBUG, INFO, WARNING/);
});
