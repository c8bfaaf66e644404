import { expect, test } from 'vitest';
import type { Message } from '../message/message.ts';
import type { Outcome } from '../outcome/outcome.ts';
import { createCeleryLogEvents } from './celeryLogEvents.ts';
import type { RunInfo } from './taskEvents.ts';

const run: RunInfo = {
  message: { task: 'p.task', id: 'id' } as Message,
  entry: undefined,
  delivery: { queueArn: 'arn:aws:sqs:us-east-1:0:celery', receiveCount: 1 },
};
const failure = { type: 'ValueError', module: 'builtins', argsJson: '["boom"]', traceback: 'Traceback…' };

function lineAfter(outcome: Outcome): string {
  const lines: string[] = [];
  const line = (level: string) => (text: string) => void lines.push(`${level} ${text}`);
  const log = { debug: line('DEBUG'), info: line('INFO'), warn: line('WARNING'), error: line('ERROR') };
  void createCeleryLogEvents(log).ended?.(run, outcome, 73);
  return lines.join('\n');
}

test.each<[string, Outcome]>([
  ['INFO Task p.task[id] succeeded in 0.073s: 121393', { state: 'SUCCESS', resultJson: '121393' }],
  ['ERROR Task p.task[id] raised unexpected: ValueError("boom")\nTraceback…', { state: 'FAILURE', failure }],
  ['INFO Task p.task[id] raised expected: ValueError("boom")', { state: 'FAILURE', failure, isExpected: true }],
  ['INFO Task p.task[id] revoked (terminated)', { state: 'REVOKED', reason: 'terminated' }],
  ['INFO Task p.task[id] ignored', { state: 'IGNORED' }],
])('the line of an ended task is the one of a Celery worker: %s', (line, outcome) => {
  expect(lineAfter(outcome)).toBe(line);
});
