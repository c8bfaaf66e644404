import { expect, test } from 'vitest';
import type { RunInfo } from '../events/taskEvents.ts';
import { createWorkerMetrics } from './workerMetrics.ts';

const runOf = (task: string) => ({ message: { task, deliveryInfo: { routingKey: 'fast' } } }) as unknown as RunInfo;
const failure = { type: 'ValueError', module: 'builtins', argsJson: '[]', traceback: null };

async function metricsUnderTest(queueLength: (queue: string) => Promise<number> = async () => 7) {
  let now = 0;
  const metrics = await createWorkerMetrics({
    ...{ node: 'girder-worker@here', queues: ['fast', 'slow'], queueLength, now: () => now },
  });
  const lines = async () => (await metrics.render()).split('\n');
  return { ...metrics, lines, pass: (ms: number) => (now += ms) };
}

test('a task is counted with the names and labels of celery-exporter, when it is received, started and ended', async () => {
  const { events, lines } = await metricsUnderTest();
  const run = runOf('p.add');
  events.received?.(run);
  events.started?.(run);
  expect(await lines()).toContain('celery_worker_tasks_active{hostname="here"} 1');
  events.ended?.(run, { state: 'SUCCESS', resultJson: '3' }, 30);
  const labels = 'name="p.add",hostname="here",queue_name="fast"';
  expect(await lines()).toEqual(
    expect.arrayContaining([
      `celery_task_received_total{${labels}} 1`,
      `celery_task_started_total{${labels}} 1`,
      `celery_task_succeeded_total{${labels}} 1`,
      `celery_task_failed_total{${labels},exception=""} 0`,
      `celery_task_retried_total{${labels}} 0`,
      `celery_task_runtime_bucket{le="0.025",${labels}} 0`,
      `celery_task_runtime_bucket{le="0.05",${labels}} 1`,
      `celery_task_runtime_sum{${labels}} 0.03`,
      'celery_worker_tasks_active{hostname="here"} 0',
      'celery_worker_up{hostname="here"} 1',
    ]),
  );
});

test.each([
  ['failed', { state: 'FAILURE', failure } as const, ',exception="ValueError"'],
  ['rejected', { state: 'REJECTED', requeue: true, failure } as const, ''],
  ['revoked', { state: 'REVOKED', reason: 'revoked' } as const, ''],
  ['retried', { state: 'RETRY', etaMs: 0, failure: null, traceback: null } as const, ''],
])('a run is counted as %s', async (counter, outcome, more) => {
  const { events, lines } = await metricsUnderTest();
  events.ended?.(runOf('p.add'), outcome, 1000);
  const text = await lines();
  expect(text).toContain(`celery_task_${counter}_total{name="p.add",hostname="here",queue_name="fast"${more}} 1`);
  expect(text.filter((line) => /^celery_task_\w+_total\{.* [1-9]/.test(line))).toHaveLength(1);
  expect(text.join('\n')).not.toContain('celery_task_runtime_sum{');
});

test('a run that is abandoned is active no longer, and is counted as nothing else', async () => {
  const { events, lines } = await metricsUnderTest();
  const run = runOf('p.add');
  events.started?.(run);
  events.abandoned?.(run);
  const text = await lines();
  expect(text).toContain('celery_worker_tasks_active{hostname="here"} 0');
  expect(text.filter((line) => /^celery_task_(succeeded|failed|retried)_total\{.* 1/.test(line))).toEqual([]);
});

test('the lengths of the queues are read at most every ten seconds, and left out of one that does not answer', async () => {
  let reads = 0;
  const { lines, pass } = await metricsUnderTest(async (queue) => {
    reads += 1;
    if (queue === 'slow') throw new Error('no answer');
    return reads;
  });
  const first = await lines();
  expect(first).toContain('celery_queue_length{queue_name="fast"} 1');
  expect(first.join('\n')).not.toContain('queue_name="slow"');
  pass(9999);
  await lines();
  expect(reads).toBe(2);
  pass(1);
  expect(await lines()).toContain('celery_queue_length{queue_name="fast"} 3');
});
