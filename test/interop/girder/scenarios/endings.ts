import { expect } from 'vitest';
import { comparableCalls } from '../callSequence.ts';
import { pythonCalls, recordedJobId } from '../pythonCalls.ts';
import type { Scenario } from './scenario.ts';

/** How a task ends, and what its job shows. */
export const endings: readonly Scenario[] = [
  {
    sentence: 'the job of a task succeeds with the same calls as with the worker in Python',
    async run(girder) {
      const { taskId, jobId } = await girder.send({ task: 'add', args: [1, 2] });
      expect(await girder.resultOf(taskId)).toMatchObject({ state: 'SUCCESS', result: '3' });
      expect(await girder.jobAt(jobId, 3, 4, 5)).toMatchObject({ status: 3, title: 'Add', celeryTaskId: taskId });
      const calls = girder.callsAbout(jobId);
      expect(comparableCalls(calls, jobId)).toEqual(comparableCalls(pythonCalls.success, recordedJobId));
      for (const { headers, method } of calls) {
        expect(headers['girder-token']).toEqual(expect.stringMatching(/^\w{20,}$/));
        if (method === 'PUT') expect(headers['content-type']).toMatch('application/x-www-form-urlencoded');
      }
    },
  },
  {
    sentence: 'a job shows the progress and the output of its task with the same calls as with the worker in Python',
    async run(girder) {
      const { taskId, jobId } = await girder.send({ task: 'progress', args: [4, 0.7] });
      expect(await girder.resultOf(taskId)).toMatchObject({ state: 'SUCCESS', result: "{'steps': 4}" });
      const job = await girder.jobAt(jobId, 3, 4, 5);
      expect(job).toMatchObject({ status: 3, type: 'steps', progress: { total: 4, current: 4, message: 'Done' } });
      expect(job.log?.join('')).toBe('step 0 of 4\nstep 1 of 4\nstep 2 of 4\nstep 3 of 4\nexplicit write\n');
      const calls = girder.callsAbout(jobId);
      expect(comparableCalls(calls, jobId)).toEqual(comparableCalls(pythonCalls.progress, recordedJobId));
      // The steps take 2.8 s: the job shows some of them while the task runs.
      const shown = calls.flatMap(({ form }) => (form.progressCurrent === undefined ? [] : [+form.progressCurrent]));
      expect(shown).toEqual(shown.toSorted((a, b) => a - b));
      expect(new Set(shown).size).toBeGreaterThanOrEqual(3);
    },
  },
  {
    sentence:
      'the job of a task that throws has the traceback in its log, with the same calls as with the worker in Python',
    async run(girder) {
      const { taskId, jobId } = await girder.send({ task: 'fail', args: ['boom'] });
      expect(await girder.resultOf(taskId)).toMatchObject({ state: 'FAILURE', result: "ValueError('boom')" });
      const job = await girder.jobAt(jobId, 3, 4, 5);
      expect(job.status).toBe(4);
      expect(job.log?.join('')).toMatch(/^about to fail\nValueError: boom\n\s+(File "|at )/);
      expect(comparableCalls(girder.callsAbout(jobId), jobId)).toEqual(
        comparableCalls(pythonCalls.failure, recordedJobId),
      );
    },
  },
  {
    sentence: 'a task moves its job through the statuses of fetching, converting and pushing',
    async run(girder) {
      const wanted = [820, 2, 822, 823];
      const { taskId, jobId } = await girder.send({ task: 'statuses', args: [wanted] });
      expect(await girder.resultOf(taskId)).toMatchObject({ state: 'SUCCESS', result: '[820, 2, 822, 823]' });
      const { timestamps } = await girder.jobAt(jobId, 3, 4, 5);
      expect(timestamps.map(({ status }) => status)).toEqual([2, ...wanted, 3]);
    },
  },
  {
    sentence: 'a job fails in the status of converting its input if its task throws then',
    async run(girder) {
      const { taskId, jobId } = await girder.send({ task: 'statuses', args: [[820, 821]], kwargs: { fails: true } });
      expect(await girder.resultOf(taskId)).toMatchObject({ state: 'FAILURE' });
      const { timestamps } = await girder.jobAt(jobId, 3, 4, 5);
      expect(timestamps.map(({ status }) => status)).toEqual([2, 820, 821, 4]);
    },
  },
  {
    sentence: 'updateStatus rejects with StateTransitionError if Girder does not allow the transition',
    async run(girder) {
      const { taskId, jobId } = await girder.send({ task: 'statuses', args: [[823, 820]] });
      expect(await girder.resultOf(taskId)).toMatchObject({
        state: 'SUCCESS',
        result: "[823, 'StateTransitionError']",
      });
      expect(await girder.jobAt(jobId, 3, 4, 5)).toMatchObject({ status: 3 });
    },
  },
  {
    sentence: 'a job that Girder schedules with the handler worker_handler succeeds',
    async run(girder) {
      const { taskId, jobId } = await girder.alone((api) => api.schedule({ task: 'add', args: [1, 2] }));
      expect(await girder.resultOf(taskId)).toMatchObject({ state: 'SUCCESS', result: '3' });
      const { timestamps } = await girder.jobAt(jobId, 3, 4, 5);
      expect(timestamps.map(({ status }) => status)).toEqual([1, 2, 3]);
    },
  },
];
