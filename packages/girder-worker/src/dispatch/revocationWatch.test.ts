import { expect, test, vi } from 'vitest';
import type { Log } from '../events/log.ts';
import type { Revocation } from '../store/resultStore.ts';
import { createRevocationPoller } from './revocationWatch.ts';

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const nothing = () => undefined;

/** A store whose answers the test gives. */
function askedStore() {
  const answers: ((found: Map<string, Revocation>) => void)[] = [];
  const findRevocations = () => new Promise<Map<string, Revocation>>((resolve) => answers.push(resolve));
  return { store: { findRevocations }, answers };
}

test('a look that is under way can be waited for', async () => {
  const { store, answers } = askedStore();
  const { watch, settled } = createRevocationPoller({ store, log: silent, periodMs: 1 });
  await settled();
  const unwatch = watch(['task'], nothing);
  await expect.poll(() => answers).toHaveLength(1);
  unwatch();
  let isSettled = false;
  const waited = settled().then(() => {
    isSettled = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isSettled).toBe(false);
  answers[0]!(new Map());
  await waited;
});

test('a look that is never answered does not keep others from being made', async () => {
  vi.useFakeTimers();
  try {
    const { store, answers } = askedStore();
    const warnings: string[] = [];
    const log = { ...silent, warn: (text: string) => void warnings.push(text) };
    const seen: Revocation[] = [];
    const { watch, settled } = createRevocationPoller({ store, log, periodMs: 100 });
    watch(['task'], (revocation) => void seen.push(revocation));
    await vi.advanceTimersByTimeAsync(100);
    const lost = settled();
    await vi.advanceTimersByTimeAsync(1100);
    await lost;
    expect(warnings).toEqual([expect.stringContaining('No answer within 1000 ms')]);
    answers[1]!(new Map([['task', 'revoked']]));
    await vi.advanceTimersByTimeAsync(0);
    expect(seen).toEqual(['revoked']);
  } finally {
    vi.useRealTimers();
  }
});

test('tasks that come and go while a look is under way do not make the looks more', async () => {
  vi.useFakeTimers();
  try {
    let looks = 0;
    const answers: ((found: Map<string, Revocation>) => void)[] = [];
    const findRevocations = () => {
      looks += 1;
      return new Promise<Map<string, Revocation>>((resolve) => answers.push(resolve));
    };
    const { watch } = createRevocationPoller({
      store: { findRevocations: findRevocations },
      log: silent,
      periodMs: 100,
    });
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
