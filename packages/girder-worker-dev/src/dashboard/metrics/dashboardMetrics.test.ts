import type { RunRecord } from 'girder-worker/internal/operations';
import { expect, test } from 'vitest';
import { newRecord } from '../../../../girder-worker/src/history/fixtures/records.ts';
import type { QueueFigures } from '../data.ts';
import { createRoutes } from '../server/routes.ts';
import type { DashboardStack } from '../server/stack.ts';
import { createTaskWindow } from '../server/taskWindow.ts';
import { createDashboardMetrics } from './dashboardMetrics.ts';

let runs = 0;
function recordOf(own: Partial<RunRecord> = {}): RunRecord {
  runs += 1;
  return newRecord({
    ...{ id: String(runs), task: 'p.add', queue: 'fast', worker: 'girder-worker@my-function', requestId: String(runs) },
    ...{ receivedMs: runs, startedMs: 1000, endedMs: 1030, ...own },
  });
}

const figuresOf = (own: Partial<QueueFigures> = {}): QueueFigures => ({
  ...{ queue: 'fast', ready: 7, inFlight: 1, delayed: 0, deadLetters: 2, oldestSeconds: 60, fault: null },
  ...own,
});

function metricsUnderTest(maxTasks = 100, figures = [figuresOf()]) {
  const window = createTaskWindow(maxTasks);
  const follower = { current: async () => ({ state: 'ready' }) };
  const stack = { window, follower, system: { now: () => 0 } } as unknown as DashboardStack;
  const metrics = createDashboardMetrics(stack, async () => figures);
  return {
    figures,
    add: (...records: RunRecord[]) => window.add([{ key: '', appendedMs: 0, records }]),
    lines: async () => (await metrics()).text.split('\n'),
  };
}

const labels = 'name="p.add",hostname="my-function",queue_name="fast"';

test('tells the runs of functions and the queues under the names that the boards and alerts of celery-exporter use', async () => {
  const { add, lines } = metricsUnderTest();
  add(recordOf(), recordOf({ state: 'FAILURE', error: 'ValueError("boom")' }), recordOf({ state: 'RETRY' }));
  add(recordOf({ state: 'REVOKED', startedMs: null, error: 'revoked' }), recordOf({ state: 'REJECTED' }));
  expect(await lines()).toEqual(
    expect.arrayContaining([
      `celery_task_received_total{${labels}} 5`,
      `celery_task_started_total{${labels}} 4`,
      `celery_task_succeeded_total{${labels}} 1`,
      `celery_task_failed_total{${labels},exception="ValueError"} 1`,
      `celery_task_retried_total{${labels}} 1`,
      `celery_task_revoked_total{${labels}} 1`,
      `celery_task_rejected_total{${labels}} 1`,
      `celery_task_runtime_bucket{le="0.05",${labels}} 1`,
      `celery_task_runtime_sum{${labels}} 0.03`,
      `celery_task_runtime_count{${labels}} 1`,
      'celery_worker_up{hostname="my-function"} 1',
      'celery_queue_length{queue_name="fast"} 7',
      'celery_queue_oldest_message_age_seconds{queue_name="fast"} 60',
      'celery_queue_dead_letters{queue_name="fast"} 2',
    ]),
  );
});

test('counts a run once, and a retry of its task as another', async () => {
  const { add, lines } = metricsUnderTest();
  add(recordOf({ id: 'same', state: 'RETRY', endedMs: 1010 }));
  await lines();
  add(recordOf({ id: 'same', retries: 1 }));
  await lines();
  const text = await lines();
  expect(text).toContain(`celery_task_received_total{${labels}} 2`);
  expect(text).toContain(`celery_task_retried_total{${labels}} 1`);
  expect(text).toContain(`celery_task_succeeded_total{${labels}} 1`);
});

test('counts a task that waits for its eta when it runs', async () => {
  const { add, lines } = metricsUnderTest();
  add(recordOf({ id: 'waiting', state: 'SCHEDULED', startedMs: null, endedMs: 1000, dueMs: 90_000 }));
  expect((await lines()).join('\n')).not.toContain('celery_task_received_total{');
  add(recordOf({ id: 'waiting', endedMs: 90_030 }));
  expect(await lines()).toContain(`celery_task_received_total{${labels}} 1`);
});

test('a counter does not fall when tasks leave the window', async () => {
  const { add, lines } = metricsUnderTest(10);
  for (let index = 0; index < 3; index++) {
    add(...Array.from({ length: 9 }, () => recordOf()));
    await lines();
  }
  expect(await lines()).toContain(`celery_task_succeeded_total{${labels}} 27`);
});

test('leaves the figures of a queue out that cannot be read', async () => {
  const { figures, lines } = metricsUnderTest();
  expect(await lines()).toContain('celery_queue_length{queue_name="fast"} 7');
  figures[0] = figuresOf({ fault: 'no answer' });
  expect((await lines()).join('\n')).not.toContain('queue_name="fast"');
});

test('a worker whose tasks have left the window is not up any more', async () => {
  const { add, lines } = metricsUnderTest(10);
  add(recordOf({ worker: 'girder-worker@gone' }));
  expect(await lines()).toContain('celery_worker_up{hostname="gone"} 1');
  add(...Array.from({ length: 10 }, () => recordOf()));
  expect((await lines()).join('\n')).not.toContain('celery_worker_up{hostname="gone"}');
});

test('Prometheus reads them at GET /metrics, with the token', async () => {
  const window = createTaskWindow(10);
  const follower = { current: async () => ({ state: 'ready' }) };
  const stack = { window, follower, queues: [], system: { now: () => 0 } } as unknown as DashboardStack;
  const tokens = { access: 'access', action: 'action' };
  const routes = createRoutes({ stack, tokens, port: () => 1, page: () => Promise.reject(new Error('no page')) });
  const statusWith = async (authorization: string) => {
    const { status, headers } = await routes.request('http://127.0.0.1:1/metrics', {
      headers: { host: '127.0.0.1:1', authorization },
    });
    return [status, headers.get('content-type')?.split(';')[0]];
  };
  expect(await statusWith('Bearer access')).toEqual([200, 'text/plain']);
  expect(await statusWith('Bearer other')).toEqual([401, 'application/json']);
});
