import { expect, test } from 'vitest';
import type { Message } from '../message/message.ts';
import type { Outcome } from '../outcome/outcome.ts';
import { createCeleryLogEvents } from './celeryLogEvents.ts';
import type { LogFields } from './log.ts';
import type { RunInfo, TaskEvents } from './taskEvents.ts';

const run: RunInfo = {
  message: { task: 'p.task', id: 'id' } as Message,
  entry: undefined,
  delivery: { queueArn: 'arn:aws:sqs:us-east-1:0:celery', receiveCount: 1, sizeBytes: 0 },
  logFields: { task: 'p.task', id: 'id', retries: 0, queue: 'celery', requestId: 'r', worker: 'w' },
};
const failure = { type: 'ValueError', module: 'builtins', argsJson: '["boom"]', traceback: 'Traceback…' };
const nowMs = Date.UTC(2026, 0, 1);

interface Line {
  readonly text: string;
  readonly fields: LogFields | undefined;
}

/** The lines that the listener writes during `act`. */
function linesOf(act: (events: TaskEvents) => void): Line[] {
  const lines: Line[] = [];
  const line = (level: string) => (text: string, fields?: LogFields) =>
    void lines.push({ text: `${level} ${text}`, fields });
  const log = { debug: line('DEBUG'), info: line('INFO'), warn: line('WARNING'), error: line('ERROR') };
  act(createCeleryLogEvents(log, { now: () => nowMs }));
  return lines;
}

function lineAfter(outcome: Outcome): Line {
  return linesOf((events) => void events.ended?.(run, outcome, 73))[0]!;
}

const retry = { state: 'RETRY', etaMs: nowMs + 9_999.6, failure, traceback: null } as const;

test.each<[string, Outcome, object]>([
  ['INFO Task p.task[id] succeeded in 0.073s: 121393', { state: 'SUCCESS', resultJson: '121393' }, {}],
  [
    'ERROR Task p.task[id] raised unexpected: ValueError("boom")',
    { state: 'FAILURE', failure },
    { exception: 'ValueError("boom")', traceback: 'Traceback…' },
  ],
  [
    'INFO Task p.task[id] raised expected: ValueError("boom")',
    { state: 'FAILURE', failure, isExpected: true },
    { exception: 'ValueError("boom")' },
  ],
  ['INFO Task p.task[id] revoked (terminated)', { state: 'REVOKED', reason: 'terminated' }, { reason: 'terminated' }],
  [
    'INFO Task p.task[id] retry: Retry in 10s: ValueError("boom")',
    retry,
    { retryInSeconds: 10, exception: 'ValueError("boom")' },
  ],
  ['INFO Task p.task[id] retry: Retry in 10s', { ...retry, failure: null }, { retryInSeconds: 10 }],
  ['INFO Task p.task[id] replaced by another', { state: 'REPLACED', signatureJson: '{}' }, {}],
  ['INFO Task p.task[id] ignored', { state: 'IGNORED' }, {}],
  [
    'WARNING Task p.task[id] rejected, back to the queue',
    { state: 'REJECTED', requeue: true, failure },
    { requeue: true },
  ],
  [
    'WARNING Task p.task[id] back to the queue: No thread.',
    { state: 'RETURNED', why: 'No thread.' },
    { reason: 'No thread.' },
  ],
])('the line of an ended task is the one of a Celery worker, with fields for queries: %s', (text, outcome, fields) => {
  const common = { ...run.logFields, state: outcome.state, runtimeSeconds: 0.073 };
  expect(lineAfter(outcome)).toEqual({ text, fields: { ...common, ...fields } });
});

test('a task that is received, and the lines that it logs, have the fields of its run', () => {
  const lines = linesOf((events) => {
    void events.received?.(run);
    void events.log?.(run, 'warn', 'half done', { step: 3 });
    void events.log?.(run, 'info', 'done');
  });
  expect(lines).toEqual([
    { text: 'INFO Task p.task[id] received', fields: { ...run.logFields, state: 'RECEIVED' } },
    { text: 'WARNING p.task[id]: half done', fields: { ...run.logFields, data: { step: 3 } } },
    { text: 'INFO p.task[id]: done', fields: run.logFields },
  ]);
});

test('a result or an exception of a megabyte is a line of a kilobyte', () => {
  const json = JSON.stringify(['x'.repeat(1e6)]);
  for (const outcome of [
    { state: 'SUCCESS', resultJson: json },
    { state: 'FAILURE', failure: { ...failure, argsJson: json } },
  ] as const)
    expect(lineAfter(outcome).text.length).toBeLessThan(1200);
});
