import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { comparableCalls } from '../callSequence.ts';
import type { GirderUnderTest } from '../girderUnderTest.ts';
import { pythonCalls, recordedJobId } from '../pythonCalls.ts';
import type { Scenario } from './scenario.ts';

/** What happens when a user cancels a job in Girder. */
export const cancellation: readonly Scenario[] = [
  {
    sentence: 'a running task sees that its job is cancelled, and its Celery state is REVOKED',
    async run(girder) {
      const { taskId, jobId } = await girder.send({ task: 'cancelable', args: [100] });
      await girder.jobAt(jobId, 2);
      await girder.api.cancel(jobId);
      expect(await girder.resultOf(taskId)).toMatchObject({ state: 'REVOKED' });
      const job = await girder.jobAt(jobId, 3, 4, 5);
      expect(job.timestamps.map(({ status }) => status)).toEqual([2, 824, 5]);
      expect(job.log?.join('')).toBe('cancel seen\n');
      expect(comparableCalls(girder.callsAbout(jobId), jobId)).toEqual(
        comparableCalls(pythonCalls.cancelledWhileRunning, recordedJobId),
      );
    },
  },
  {
    sentence: 'a task that ignores that its job is cancelled keeps its result, and its job is cancelled',
    async run(girder) {
      const { taskId, jobId } = await girder.send({ task: 'noncooperative', args: [2] });
      await girder.jobAt(jobId, 2);
      await girder.api.cancel(jobId);
      expect(await girder.resultOf(taskId)).toMatchObject({ state: 'SUCCESS', result: "'finished'" });
      const job = await girder.jobAt(jobId, 3, 4, 5);
      expect(job.timestamps.map(({ status }) => status)).toEqual([2, 824, 5]);
      expect(comparableCalls(girder.callsAbout(jobId), jobId)).toEqual(
        comparableCalls(pythonCalls.noncooperative, recordedJobId),
      );
    },
  },
  {
    // The worker in Python runs such a task: it learns of the cancellation only when Girder refuses the status of the job.
    sentence: 'a task does not run if its job is cancelled before a worker receives its message',
    async run(girder) {
      const queue = await girder.unservedQueues.create(`cancelled ${girder.server.version}`);
      const file = traceFile(girder, 'sent');
      const { taskId, jobId } = await girder.send({ task: 'trace', args: [file], options: { queue } });
      await girder.api.cancel(jobId);
      await girder.unservedQueues.serve(queue);
      expect(await girder.resultOf(taskId)).toMatchObject({ state: 'REVOKED' });
      expect(existsSync(file)).toBe(false);
      const { timestamps } = await girder.jobAt(jobId, 5);
      expect(timestamps.map(({ status }) => status)).toEqual([5]);
    },
  },
  {
    sentence: 'a task does not run if its scheduled job is being cancelled, and the worker cancels the job',
    async run(girder) {
      const queue = await girder.unservedQueues.create(`cancelled scheduled ${girder.server.version}`);
      const file = traceFile(girder, 'scheduled');
      const { taskId, jobId } = await girder.alone((api) => api.schedule({ task: 'trace', args: [file], queue }));
      await girder.api.cancel(jobId);
      await girder.unservedQueues.serve(queue);
      expect(await girder.resultOf(taskId)).toMatchObject({ state: 'REVOKED' });
      expect(existsSync(file)).toBe(false);
      const { timestamps } = await girder.jobAt(jobId, 3, 4, 5);
      expect(timestamps.map(({ status }) => status)).toEqual([1, 824, 5]);
    },
  },
];

/** The path of a file that only a run of the task `trace` creates. */
function traceFile({ server }: GirderUnderTest, purpose: string): string {
  return join(tmpdir(), `girder-worker-trace-${process.pid}-${server.version}-${purpose}`);
}
