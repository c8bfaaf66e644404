import { once } from '../system/once.ts';
import { addMiddleware } from '../task/middleware.ts';
import { tracesAreOn } from './traceSwitch.ts';

let isAdded = false;

/**
 * Makes the tasks that run in this thread parts of their traces, if the environment turns traces on. Must be called before a plugin adds
 * middleware, which then runs inside of the span, too.
 */
export function traceTasks(env: Readonly<NodeJS.ProcessEnv>): void {
  if (!tracesAreOn(env) || isAdded) return;
  isAdded = true;
  const middleware = once(async () => {
    const { loadTraceApi, createRunMiddleware } = await import('./lazy.ts');
    const waitsForExport = env.AWS_LAMBDA_FUNCTION_NAME !== undefined;
    return createRunMiddleware({ api: await loadTraceApi(), waitsForExport });
  });
  addMiddleware(async (call, next) => (await middleware())(call, next));
}
