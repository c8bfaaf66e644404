import type { DispatcherOptions } from '../dispatch/dispatcher.ts';
import type { FaultSource } from './faultSource.ts';
import type { Process } from './process.ts';

/** What a dispatcher has of a Girder server: the jobs that follow tasks, that are cancelled, and that are created for what is sent. */
export type SimulatedGirder = Pick<DispatcherOptions, 'events' | 'revocationSources' | 'beforePublish'>;

/** Girder answers after this time at most, or the client gives up; `JobConnection` has such a limit for what a task waits for. */
const maxAnswerMs = 60_000;
const maxWaitBeforeRunMs = 10_000;

/** A Girder server of which no task depends, and that is slow, fails, or does not answer. */
export function createSimulatedGirder({ system, name }: Process, faults: FaultSource): SimulatedGirder {
  const request = async (limitMs: number): Promise<void> => {
    const fault = faults.draw('girder', name);
    if (!fault) return;
    await system.sleep(fault.between(0, limitMs));
    if (fault.between(0, 1) < 0.5) throw new Error('Girder does not answer.');
  };
  return {
    events: [
      {
        received: () => request(maxAnswerMs),
        ended: () => request(maxAnswerMs),
        abandoned: () => request(maxAnswerMs),
        endedBefore: () => request(maxAnswerMs),
      },
    ],
    revocationSources: [
      {
        name: 'the Girder job',
        // As the real one, it never rejects: a task runs without its job.
        findBeforeRun: () => request(maxWaitBeforeRunMs).then(notRevoked, notRevoked),
        findWhileRunning: async () => {
          await request(maxAnswerMs);
          return new Map();
        },
      },
    ],
    async beforePublish(messages, _parent, limitMs) {
      await request(limitMs).catch(() => undefined);
      return messages;
    },
  };
}

const notRevoked = () => undefined;
