import { expect, test, vi } from 'vitest';
import type { Revocation } from '../store/resultStore.ts';
import type { Log } from './log.ts';
import { createRevocationWatch } from './revocationWatch.ts';

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const nothing = () => undefined;

test('tasks that come and go while a look is under way do not make the looks more', async () => {
  vi.useFakeTimers();
  try {
    let looks = 0;
    const answers: ((found: Map<string, Revocation>) => void)[] = [];
    const revokedAmong = () => {
      looks += 1;
      return new Promise<Map<string, Revocation>>((resolve) => answers.push(resolve));
    };
    const { watch } = createRevocationWatch({ store: { revokedAmong }, log: silent, periodMs: 100 });
    const unwatch = watch(['first'], nothing);
    await vi.advanceTimersByTimeAsync(100);
    unwatch();
    watch(['second'], nothing);
    answers.shift()?.(new Map());
    await vi.advanceTimersByTimeAsync(100);
    expect(looks).toBe(2);
    for (const answer of answers) answer(new Map());
    await vi.advanceTimersByTimeAsync(100);
    expect(looks).toBe(3);
  } finally {
    vi.useRealTimers();
  }
});
