import { app } from 'girder-worker/app';
import type { Task } from 'girder-worker/utils';

/** The n-th Fibonacci number, computed the slow way. */
export const fibonacci = app.task(function fibonacci(n: number): number {
  return n <= 2 ? 1 : fibonacci(n - 1) + fibonacci(n - 2);
});

/** Computes without a pause until it is canceled, at most for so many steps of a millisecond; gives the steps it made. */
export const cancelable = app.task(function cancelable(this: Task, steps: number): number {
  for (let step = 0; step < steps; step++) {
    if (this.canceled) {
      this.log.info(`canceled at step ${step}: cleaning up`);
      return step;
    }
    const end = performance.now() + 1;
    while (performance.now() < end);
  }
  return steps;
});
