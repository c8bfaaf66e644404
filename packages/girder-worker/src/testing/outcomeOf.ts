import type { RegisteredTask } from '../task/app.ts';
import { Ignore, Reject, Replaced, Retry } from '../task/errors.ts';
import { applyAutoretry } from '../task/retry.ts';
import { callAs, definitionIn, thisOf } from './runTask.ts';
import type { TestTask, TestTaskOptions } from './testTask.ts';

/** How a task ended in a test: what a worker would store, or do next. */
export type TestOutcome<R> =
  | { readonly state: 'SUCCESS'; readonly result: R }
  | { readonly state: 'FAILURE'; readonly error: unknown }
  | {
      readonly state: 'RETRY';
      /** The delay before the next run. */
      readonly countdownSeconds: number;
      /** The reason; undefined if the task gave none. */
      readonly exc: Error | undefined;
    }
  | {
      readonly state: 'REPLACED';
      /** The signature as Celery's dict: `task`, `args`, `kwargs`, `options` and more. */
      readonly signature: unknown;
    }
  | { readonly state: 'IGNORED' }
  | { readonly state: 'REJECTED'; readonly reason: unknown; readonly requeue: boolean };

/**
 * Runs a task as a worker does, and returns how it ended: `autoretryFor` applies, and retries, replacements and errors are
 * data. Throws TypeError if the value is not a task.
 *
 * @param context the `this` of the task, from `createTask`, or the options for it: `{ request: { retries: 2 } }` runs it as its
 * second retry
 * @example
 * assert.deepEqual(await outcomeOf(download, [url]), { state: 'RETRY', countdownSeconds: 30, exc: undefined });
 */
export async function outcomeOf<A extends readonly unknown[], R>(
  task: RegisteredTask<A, R>,
  args: A,
  context: TestTask | TestTaskOptions = {},
): Promise<TestOutcome<Awaited<R>>> {
  const definition = definitionIn(task);
  const self = thisOf(definition, args, context);
  try {
    return { state: 'SUCCESS', result: (await callAs(definition, args, self)) as Awaited<R> };
  } catch (thrown) {
    const error = applyAutoretry(thrown, self.request, definition.options, self.nowMs);
    if (error instanceof Retry) {
      return { state: 'RETRY', countdownSeconds: (error.etaMs - self.nowMs) / 1000, exc: error.exc };
    }
    if (error instanceof Replaced) return { state: 'REPLACED', signature: asDict(error.signature) };
    if (error instanceof Ignore) return { state: 'IGNORED' };
    if (error instanceof Reject) return { state: 'REJECTED', reason: error.reason, requeue: error.requeue };
    return { state: 'FAILURE', error };
  }
}

function asDict(signature: unknown): unknown {
  const isObject = typeof signature === 'object' && signature !== null;
  return isObject && 'toJSON' in signature && typeof signature.toJSON === 'function' ? signature.toJSON() : signature;
}
