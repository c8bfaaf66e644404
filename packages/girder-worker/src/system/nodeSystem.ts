import { randomUUID } from 'node:crypto';
import { createSleep } from './sleep.ts';
import type { System } from './system.ts';

const startTimer: System['startTimer'] = (callback, ms, { keepAlive = true } = {}) => {
  const timer = setTimeout(callback, ms);
  if (!keepAlive) timer.unref();
  return () => clearTimeout(timer);
};

/** The clock, the timers and the random values of Node. */
export const nodeSystem: System = {
  now: () => Date.now(),
  sleep: createSleep(startTimer),
  startTimer,
  randomUUID: () => randomUUID(),
  random: () => Math.random(),
};
