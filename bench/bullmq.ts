import { spawnSync } from 'node:child_process';
import type { Findings, Subject } from './support/subject.ts';

/** The comparison with BullMQ, whose figures in the documentation were measured elsewhere. */
export const bullmq: Subject = {
  name: 'bullmq',
  title: 'BullMQ on Redis',
  unavailable() {
    if (spawnSync('redis-server', ['--version']).status !== 0) return 'redis-server is not installed.';
    return 'the npm package bullmq is no dependency of this repository.';
  },
  async measure(): Promise<Findings> {
    throw new Error('There is nothing to measure without BullMQ.');
  },
};
