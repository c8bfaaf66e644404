import { expect, test } from 'vitest';
import { createTextLog } from './textLog.ts';

test('writes lines in the form of a Celery worker', () => {
  const lines: string[] = [];
  createTextLog((line) => lines.push(line)).info('Task t[1] received');
  expect(lines).toEqual([
    expect.stringMatching(/^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}: INFO\/MainProcess\] Task t\[1\] received\n$/),
  ]);
});

test('appends the fields that a task gives, in one line, and a traceback; the fields of the run are for JSON', () => {
  const lines: string[] = [];
  const log = createTextLog((line) => lines.push(line.replace(/^\[.*?\] /, '')));
  const run = { task: 't', id: '1', queue: 'celery' };
  log.info('t[1]: resized', { ...run, data: { width: 3, url: 'http://a/b', text: 'two\nlines', 'a b': { c: [1] } } });
  log.error('Task t[1] raised', { ...run, traceback: 'Traceback…' });
  expect(lines).toEqual([
    't[1]: resized width=3 url=http://a/b text="two\\nlines" "a b"={"c":[1]}\n',
    'Task t[1] raised\nTraceback…\n',
  ]);
});
