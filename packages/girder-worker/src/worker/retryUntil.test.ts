import { describe, expect, test } from 'vitest';
import { seededRandom } from '../system/seededRandom.ts';
import { retryUntil } from './retryUntil.ts';

const never = new AbortController().signal;

describe('retryUntil', () => {
  test('retries until the action succeeds, and reports the failed attempts and the success', async () => {
    let attempts = 0;
    const reports: string[] = [];
    const act = async () => {
      if (++attempts === 1) throw new Error('not yet');
      return 'done';
    };
    const outage = {
      failed: (error: unknown) => void reports.push(String(error)),
      succeeded: () => void reports.push('succeeded'),
    };
    expect(await retryUntil(act, { isTransient: () => true, outage, signal: never })).toBe('done');
    expect(reports).toEqual(['Error: not yet', 'succeeded']);
  });

  test('waits for random times, from half of 1, 2, 4, 8, 10, 10, … s to all of them, so that workers do not try in step', async () => {
    const delaysOf = async (seed: number) => {
      const delaysMs: number[] = [];
      const sleep = async (ms: number) => delaysMs.push(ms) > 0;
      const system = { sleep, random: seededRandom(seed) };
      const outage = { failed: () => undefined, succeeded: () => undefined };
      const act = () => (delaysMs.length < 7 ? Promise.reject(new Error('not yet')) : Promise.resolve('done'));
      await retryUntil(act, { isTransient: () => true, outage, signal: never, system });
      return delaysMs;
    };
    const [one, other] = [await delaysOf(1), await delaysOf(2)];
    for (const [index, seconds] of [1, 2, 4, 8, 10, 10, 10].entries())
      for (const delaysMs of [one, other]) {
        expect(delaysMs[index]).toBeLessThanOrEqual(seconds * 1000);
        expect(delaysMs[index]).toBeGreaterThanOrEqual(seconds * 500);
      }
    expect(one.every((ms, index) => Math.abs(ms - other[index]!) > 1)).toBe(true);
  });

  test('throws an error that is not transient', async () => {
    const outage = { failed: () => expect.fail('there must be no delay'), succeeded: () => undefined };
    const options = { isTransient: () => false, outage, signal: never };
    await expect(retryUntil(() => Promise.reject(new Error('for good')), options)).rejects.toThrow('for good');
  });

  test('gives up at once when its signal is aborted during a delay', async () => {
    const stopping = new AbortController();
    const outage = { failed: () => stopping.abort(), succeeded: () => undefined };
    const options = { isTransient: () => true, outage, signal: stopping.signal };
    expect(await retryUntil(() => Promise.reject(new Error('not yet')), options)).toBeUndefined();
  });
});
