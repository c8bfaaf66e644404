import { expect, test } from 'vitest';
import type { Overview, TaskDetail } from '../../packages/girder-worker-dev/src/dashboard/data.ts';
import { startDashboardProcess } from '../support/dashboardProcess.ts';
import type { Target } from './target.ts';
import { clientOf } from './typescriptClient.ts';

/** Declares the test of the dashboard of a deployed stack. `target` returns what a hook has started before. */
export function testDashboard(target: () => Target): void {
  test('girder-worker dashboard shows the runs of a task and what it has logged', async () => {
    await using dashboard = await startDashboardProcess(target().env);
    const app = clientOf(target());
    const { id } = await app.sendTask('labtasks.says', ['seen by an operator']);
    const detail = () => dashboard.get<TaskDetail>(`/data/tasks/${id}`);
    await expect.poll(detail, { timeout: 80_000, interval: 500 }).toMatchObject({
      task: { task: 'labtasks.says', worker: 'girder-worker@girder-worker-dev-dispatcher' },
      runs: [{ state: 'SUCCESS' }],
      log: expect.arrayContaining([expect.objectContaining({ text: `labtasks.says[${id}]: seen by an operator` })]),
    });
    expect(await dashboard.get<Overview>('/data/overview')).toMatchObject({
      history: { state: 'ready', fault: null },
      queues: [{ queue: 'celery', fault: null }],
    });
  }, 120_000);
}
