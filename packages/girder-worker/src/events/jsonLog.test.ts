import { expect, test } from 'vitest';
import { createJsonLog } from './jsonLog.ts';

test('writes one JSON object per line, with the fields that Powertools’ Logger writes on Lambda', () => {
  const lines: string[] = [];
  const log = createJsonLog({ write: (line) => void lines.push(line), system: { now: () => Date.UTC(2026, 0, 1) } });
  log.warn('Two\nlines', { task: 'p.task', id: 'id', data: { step: 3 } });
  log.info('ready.');
  const common = { timestamp: '2026-01-01T00:00:00.000Z', service: 'girder-worker' };
  expect(lines.map((line) => line.split('\n').length)).toEqual([2, 2]);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { level: 'WARN', message: 'Two\nlines', ...common, task: 'p.task', id: 'id', data: { step: 3 } },
    { level: 'INFO', message: 'ready.', ...common },
  ]);
});
