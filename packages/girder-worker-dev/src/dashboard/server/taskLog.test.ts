import { expect, test } from 'vitest';
import { createPrintedLog } from './printedLog.ts';
import { logLineOf } from './taskLog.ts';

test.each([
  [
    "Powertools' JSON",
    '{"level":"ERROR","message":"Task p.add[a] raised","timestamp":"2026-01-01T00:00:00.500Z","service":"x","traceback":"Traceback: …"}',
    { atMs: Date.UTC(2026, 0, 1) + 500, level: 'ERROR', text: 'Task p.add[a] raised\nTraceback: …' },
  ],
  [
    "Powertools' JSON with data",
    '{"level":"INFO","message":"resized","timestamp":"","data":{"width":100}}',
    { atMs: 7, level: 'INFO', text: 'resized\n{"width":100}' },
  ],
  [
    "Celery's text",
    '[2026-11-08 12:22:56,163: WARNING/MainProcess] Task p.add[a] retry\n',
    { atMs: 7, level: 'WARNING', text: 'Task p.add[a] retry' },
  ],
  ['a text of its own', 'START RequestId: a', { atMs: 7, level: 'INFO', text: 'START RequestId: a' }],
  ['JSON of its own', '{"a": 1}', { atMs: 7, level: 'INFO', text: '{"a": 1}' }],
])('a line in the form of %s is read', (_, text, line) => {
  expect(logLineOf(text, 7)).toEqual(line);
});

test('what the local stack prints is found by the id of the task, with the traceback after its line', async () => {
  const log = createPrintedLog(() => 7);
  for (const line of [
    '[2026-11-08 12:22:56,163: INFO/MainProcess] Task p.add[id-1] received',
    '[2026-11-08 12:22:56,163: ERROR/MainProcess] Task p.add[id-1] raised unexpected: ValueError("boom")',
    'Traceback (most recent call last):',
    'ValueError: boom',
    '[2026-11-08 12:22:56,163: INFO/MainProcess] Task p.add[id-2] received',
  ])
    log.add(line);
  const lines = await log.linesOf({ id: 'id-1', workers: [], fromMs: 0, toMs: 9 });
  expect(lines?.map(({ text }) => text)).toEqual([
    'Task p.add[id-1] received',
    'Task p.add[id-1] raised unexpected: ValueError("boom")\nTraceback (most recent call last):\nValueError: boom',
  ]);
});
