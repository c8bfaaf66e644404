import { expect, test } from 'vitest';
import { createTextLog } from '../../events/textLog.ts';
import { fromLevel, logLevel } from './logLevel.ts';

test.each([
  ['debug', 4],
  ['INFO', 3],
  ['Warning', 2],
  ['error', 1],
  ['critical', 0],
  ['FATAL', 0],
])('the log level %s shows %d of four lines: debug, info, warning and error', (text, shown) => {
  const lines: string[] = [];
  const log = fromLevel(
    logLevel(text),
    createTextLog((line) => lines.push(line)),
  );
  for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level]('a line');
  expect(lines).toHaveLength(shown);
});

test('an unknown log level is refused, and the error lists the valid ones', () => {
  expect(() => logLevel('loud')).toThrow(/DEBUG, INFO, WARNING/);
});
