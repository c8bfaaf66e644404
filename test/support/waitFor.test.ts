import { describe, expect, test } from 'vitest';
import { waitFor } from './waitFor.ts';

describe('waitFor', () => {
  test('resolves to the first answer that is not undefined', async () => {
    const answers = [undefined, undefined, false];
    expect(
      await waitFor(
        () => answers.shift(),
        () => 'never',
        { intervalMs: 1 },
      ),
    ).toBe(false);
  });

  test('rejects with the complaint at the end of the timeout', async () => {
    let asked = 0;
    const waiting = waitFor(
      () => {
        asked += 1;
        return undefined;
      },
      () => `asked ${asked > 1 ? 'more than once' : 'once'}`,
      { timeoutMs: 50, intervalMs: 1 },
    );
    await expect(waiting).rejects.toThrow('After 50 ms: asked more than once');
  });

  test('rejects with the error of a question', async () => {
    const waiting = waitFor(
      () => Promise.reject(new Error('no connection')),
      () => 'never',
    );
    await expect(waiting).rejects.toThrow('no connection');
  });
});
