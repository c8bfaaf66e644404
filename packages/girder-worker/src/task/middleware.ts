import type { Task } from './task.ts';

/** One run of a task, as middleware sees it. */
export interface TaskCall {
  /** The name under which the task is registered. */
  readonly name: string;
  /** The arguments of the message, before they are bound to the parameters of the task. */
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** The `this` of the task: its request, its log, whether it is canceled. */
  readonly task: Task;
}

/**
 * Code around each run of a task. `next` runs the task, and resolves to its value or rejects with what it throws: an error, or the `Retry`, `Ignore` or
 * `Reject` with which it ends otherwise. What the middleware returns or throws takes its place. Without a call of `next`, the
 * task does not run.
 */
export type Middleware = (call: TaskCall, next: () => Promise<unknown>) => unknown;

const mark = Symbol.for('girder-worker.middleware');

/** The middleware of this process, shared by all copies of the library: a plugin may have one of its own. */
function middlewareOfProcess(): Middleware[] {
  const holder = globalThis as { [mark]?: Middleware[] };
  holder[mark] ??= [];
  return holder[mark];
}

/** Adds middleware inside that which was added before. */
export function addMiddleware(middleware: Middleware): void {
  middlewareOfProcess().push(middleware);
}

/** Runs a task through all middleware, the first one outermost. */
export function throughMiddleware(call: TaskCall, run: () => Promise<unknown>): Promise<unknown> {
  return middlewareOfProcess().reduceRight<() => Promise<unknown>>(
    (next, middleware) => async () => middleware(call, once(next)),
    run,
  )();
}

/** The task would run twice. */
function once(next: () => Promise<unknown>): () => Promise<unknown> {
  let isCalled = false;
  return async () => {
    if (isCalled) throw new Error('A middleware has called next() twice: the task runs once.');
    isCalled = true;
    return next();
  };
}
