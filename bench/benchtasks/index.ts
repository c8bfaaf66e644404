// The tasks of the benchmarks. bench/celery/worker.py has the same tasks in Python.
import { setTimeout as sleep } from 'node:timers/promises';
import { GirderWorkerPluginABC } from 'girder-worker';
import { app } from 'girder-worker/app';
import type { Task } from 'girder-worker/utils';

export class BenchPlugin extends GirderWorkerPluginABC {
  taskImports(): string[] {
    return ['benchtasks'];
  }
}

export const noop = app.task(function noop() {
  return null;
});

export const echo = app.task(function echo(text: string) {
  return text;
});

export const length = app.task(function length(text: string) {
  return text.length;
});

export const fibonacci = app.task(function fibonacci(n: number): number {
  return n <= 2 ? 1 : fibonacci(n - 1) + fibonacci(n - 2);
});

export const pauses = app.task(function pauses(ms: number) {
  return sleep(ms, null);
});

/** The body of a chord whose members return 0, 1, 2, …: returns their number, and whether their results are in order. */
export const counts = app.task(function counts(results: readonly number[]) {
  return [results.length, results.every((result, index) => result === index)];
});

/** Computes until it is canceled, and logs the time at which it saw this, in ms since 1970. */
export const computes = app.task({ trackStarted: true }, function computes(this: Task) {
  while (!this.canceled);
  this.log.info(`canceled at ${Date.now()}`);
});
