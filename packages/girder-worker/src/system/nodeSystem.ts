import { randomUUID } from 'node:crypto';
import type { System } from './system.ts';

/** The clock, the timers and the random values of Node. */
export const nodeSystem: System = {
  now: () => Date.now(),

  sleep(ms, signal) {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve(false);
      const onAbort = () => {
        clearTimeout(timer);
        resolve(false);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve(true);
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  },

  startTimer(callback, ms, { keepAlive = true } = {}) {
    const timer = setTimeout(callback, ms);
    if (!keepAlive) timer.unref();
    return () => clearTimeout(timer);
  },

  randomUUID: () => randomUUID(),
  random: () => Math.random(),
};
