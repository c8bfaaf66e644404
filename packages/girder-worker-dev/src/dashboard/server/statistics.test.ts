import { expect, test } from 'vitest';
import { newRecord } from '../../../../girder-worker/src/history/fixtures/records.ts';
import type { RunRecord } from '../../../../girder-worker/src/history/runRecord.ts';
import { intervalsOf, percentileOf, runsIn, seriesOf, taskStatistics } from './statistics.ts';
import { createTaskWindow } from './taskWindow.ts';

const nowMs = Date.UTC(2026, 0, 1, 12, 0, 7);

const entriesOf = (...records: RunRecord[]) => {
  const window = createTaskWindow(1000);
  window.add([{ key: '1', appendedMs: 0, records }]);
  return window.all();
};
/** A run that ended so many ms ago. */
const run = (agoMs: number, runtimeMs: number, changes: Partial<RunRecord> = {}) => {
  const endedMs = nowMs - agoMs;
  return newRecord({ receivedMs: endedMs - runtimeMs, startedMs: endedMs - runtimeMs, endedMs, ...changes });
};

test.each([
  [1, 1, 60],
  [15, 10, 90],
  [60, 30, 120],
  [1440, 900, 96],
  [10_080, 7200, 84],
])('%i minutes have intervals of %i s: %i of them, which end with the one under way', (minutes, stepSeconds, count) => {
  const { fromMs, toMs, stepMs } = intervalsOf(minutes, nowMs);
  expect([stepMs / 1000, (toMs - fromMs) / stepMs, fromMs % stepMs]).toEqual([stepSeconds, count, 0]);
  expect(toMs).toBeGreaterThan(nowMs);
  expect(toMs - stepMs).toBeLessThanOrEqual(nowMs);
});

test('each run counts in the interval in which it ended, and in no other', () => {
  const intervals = intervalsOf(1, nowMs);
  const entries = entriesOf(
    ...[run(0, 10), run(0, 30, { state: 'FAILURE', error: 'ValueError("boom")' }), run(5000, 20)],
    ...[run(5000, 1, { state: 'RETRY' }), run(5000, 1, { state: 'REVOKED', startedMs: null }), run(120_000, 1)],
    run(5000, 1, { state: 'RETURNED' }),
  );
  const series = seriesOf(runsIn(entries, intervals), intervals);
  const at = (agoMs: number) => series.atMs.findLastIndex((atMs) => atMs <= nowMs - agoMs);
  const of = (index: number) => [
    ...[series.succeeded[index], series.failed[index], series.retried[index], series.revoked[index]],
    ...[series.p50Ms[index], series.p95Ms[index], series.p99Ms[index]],
  ];
  expect(of(at(0))).toEqual([1, 1, 0, 0, 10, 30, 30]);
  expect(of(at(5000))).toEqual([1, 0, 1, 1, 20, 20, 20]);
  expect(of(at(10_000))).toEqual([0, 0, 0, 0, null, null, null]);
  expect(series.succeeded.reduce((sum, count) => sum + count)).toBe(2);
});

test('the statistics of a task count its runs, and name its most frequent exception', () => {
  const failure = { state: 'FAILURE', task: 'mail.send' } as const;
  const statistics = taskStatistics(
    entriesOf(
      ...[run(1, 10, { task: 'mail.send' }), run(2, 20, { ...failure, error: 'smtplib.SMTPError("full")' })],
      ...[
        run(3, 30, { ...failure, error: 'smtplib.SMTPError("gone")' }),
        run(4, 40, { ...failure, error: 'OSError()' }),
      ],
      run(5, 5, { task: 'images.scale' }),
    ).flatMap(({ runs }) => runs),
  );
  expect(statistics).toEqual([
    {
      ...{ task: 'mail.send', succeeded: 1, failed: 3, retried: 0, revoked: 0 },
      ...{ exception: 'smtplib.SMTPError', p50Ms: 20, p95Ms: 40, p99Ms: 40 },
    },
    {
      ...{ task: 'images.scale', succeeded: 1, failed: 0, retried: 0, revoked: 0 },
      ...{ exception: null, p50Ms: 5, p95Ms: 5, p99Ms: 5 },
    },
  ]);
});

test('a percentile is the value that so large a part of the values does not exceed', () => {
  const values = Array.from({ length: 100 }, (_, index) => index + 1);
  expect([0.5, 0.95, 0.99].map((fraction) => percentileOf(values, fraction))).toEqual([50, 95, 99]);
  expect(percentileOf([7], 0.5)).toBe(7);
  expect(percentileOf([], 0.5)).toBeNull();
});
