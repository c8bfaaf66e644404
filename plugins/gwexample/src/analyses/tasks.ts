import { app } from 'girder-worker/app';
import type { Task } from 'girder-worker/utils';

/** Returns the n-th Fibonacci number. The recursion is slow on purpose: it keeps a worker busy. */
export const fibonacci = app.task(function fibonacci(n: number): number {
  return n <= 2 ? 1 : fibonacci(n - 1) + fibonacci(n - 2);
});

/** Computes `steps` steps of 1 ms without a pause, or fewer if it is revoked. Returns the number of steps it has computed. */
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
