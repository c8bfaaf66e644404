import { once } from '../system/once.ts';
import { runningTask } from '../task/current.ts';
import { addMiddleware } from '../task/middleware.ts';
import type { TaskRuntime } from '../task/task.ts';
import { tracesAreOn } from './traceSwitch.ts';

let isAdded = false;

/**
 * Makes the tasks that run in this thread parts of their traces, if the environment turns traces on. Must be called before a plugin adds
 * middleware, which then runs inside of the span, too.
 */
export function traceTasks(env: Readonly<NodeJS.ProcessEnv>): void {
  if (!tracesAreOn(env) || isAdded) return;
  isAdded = true;
  const tracedRun = once(async () => {
    const { loadTraceApi, createTracedRun } = await import('./lazy.ts');
    const waitsForExport = env.AWS_LAMBDA_FUNCTION_NAME !== undefined;
    return createTracedRun({ api: await loadTraceApi(), waitsForExport });
  });
  // The runtime is passed on: an import of `runningTask` in both modules would make it a file of its own in the bundle.
  addMiddleware(async (_call, next) => (await tracedRun())(runningTask()?.runtime as TaskRuntime | undefined, next));
}
