import { expect } from 'vitest';
import { waitFor } from '../../../support/waitFor.ts';
import { comparableCalls } from '../callSequence.ts';
import type { GirderUnderTest } from '../girderUnderTest.ts';
import { pythonCalls, recordedJobId } from '../pythonCalls.ts';
import type { Scenario } from './scenario.ts';

/** Resolves to the only job of a Celery task. */
function jobOf(girder: GirderUnderTest, taskId: string): Promise<{ jobId: string; parentId: string | null }> {
  return waitFor(
    async () => {
      const [job, ...others] = await girder.api.jobsOf(taskId);
      expect(others).toEqual([]);
      return job;
    },
    () => `the task ${taskId} has no job`,
  );
}

/** The jobs of tasks that tasks send. */
export const children: readonly Scenario[] = [
  {
    sentence:
      'a task that a task sends has a job below its job, created with the same call as with the worker in Python',
    async run(girder) {
      const { taskId, jobId } = await girder.send({ task: 'parent', args: [10, 20] });
      const result = await girder.resultOf(taskId);
      expect(result).toMatchObject({ state: 'SUCCESS' });
      const childId = result.result.replaceAll("'", '');
      expect(await girder.resultOf(childId)).toMatchObject({ state: 'SUCCESS', result: '30' });
      const child = await jobOf(girder, childId);
      expect(child.parentId).toBe(jobId);
      expect(await girder.jobAt(child.jobId, 3, 4, 5)).toMatchObject({
        ...{ status: 3, title: 'Child of a task', type: 'sums', handler: 'celery_handler', public: false },
        celeryTaskId: childId,
      });
      await girder.jobAt(jobId, 3);
      expect(comparableCalls(girder.callsAbout(jobId, taskId), jobId)).toEqual(
        comparableCalls(pythonCalls.parent, recordedJobId),
      );
    },
  },
  {
    sentence: 'each step of a chain has a job, and the job of a later step is below that of the first one',
    async run(girder) {
      const { taskIds, jobId } = await girder.alone((api) =>
        api.dispatchChain({ task: 'add', args: [1, 2] }, { task: 'add', args: [10] }),
      );
      expect(await girder.resultOf(taskIds[1]!)).toMatchObject({ state: 'SUCCESS', result: '13' });
      const second = await jobOf(girder, taskIds[1]!);
      expect(second.parentId).toBe(jobId);
      expect(await girder.jobAt(jobId, 3, 4, 5)).toMatchObject({ status: 3 });
      expect(await girder.jobAt(second.jobId, 3, 4, 5)).toMatchObject({ status: 3, celeryTaskId: taskIds[1] });
    },
  },
];
