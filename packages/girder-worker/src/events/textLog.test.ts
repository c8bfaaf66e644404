import { expect, test } from 'vitest';
import { createTextLog } from './textLog.ts';

test('writes lines in the form of a Celery worker', () => {
  const lines: string[] = [];
  createTextLog((line) => lines.push(line)).info('Task t[1] received');
  expect(lines).toEqual([
    expect.stringMatching(/^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}: INFO\/MainProcess\] Task t\[1\] received\n$/),
  ]);
});
