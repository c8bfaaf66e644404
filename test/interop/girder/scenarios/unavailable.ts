import { expect } from 'vitest';
import { girderFaults, proxyFor } from '../faults.ts';
import type { Scenario } from './scenario.ts';

/** What a task does when Girder does not answer as it should. */
const withFaults: readonly Scenario[] = girderFaults.map((fault) => ({
  sentence: `a task succeeds although Girder ${fault.name}`,
  async run(girder) {
    const proxy = proxyFor(girder, fault);
    await fault.before?.(proxy);
    const call = fault.during ? { task: 'progress', args: [4, 0.5] } : { task: 'add', args: [1, 2] };
    const { taskId, jobId } = await girder.send(call, proxy);
    if (fault.during) {
      await girder.jobAt(jobId, 2);
      await fault.during(proxy);
    }
    expect(await girder.resultOf(taskId)).toMatchObject({
      state: 'SUCCESS',
      result: fault.during ? "{'steps': 4}" : '3',
    });
    // A refused connection cannot be recorded.
    if (proxy.isListening) expect(proxy.callsAbout(jobId)).not.toEqual([]);
    if (fault.jobStatus === 3) await girder.jobAt(jobId, 3);
    expect(await girder.api.job(jobId)).toMatchObject({ status: fault.jobStatus });
  },
}));

export const unavailable: readonly Scenario[] = [
  ...withFaults,
  {
    sentence: 'a task succeeds, and its Girder is not called, if GIRDER_WORKER_API_URL does not list the Girder',
    async run(girder) {
      const { unlistedProxy: proxy } = girder;
      const { taskId, jobId } = await girder.send({ task: 'add', args: [1, 2] }, proxy);
      expect(await girder.resultOf(taskId)).toMatchObject({ state: 'SUCCESS', result: '3' });
      expect(proxy.calls).toEqual([]);
      expect(await girder.api.job(jobId)).toMatchObject({ status: 0 });
    },
  },
];
