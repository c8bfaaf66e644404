import { describe, expect, test } from 'vitest';
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
