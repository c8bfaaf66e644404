import type { LambdaFunction } from './lambdaFunction.ts';

/** A function whose code can be replaced while it is invoked. */
export interface ReplaceableFunction extends LambdaFunction {
  /**
   * Loads other code, and invokes that from then on. Running invocations of the code before end in it; then it is killed, and
   * `onDrained` is called. Rejects, and changes nothing, if the other code cannot be loaded.
   */
  replace(next: LambdaFunction, onDrained?: () => void): Promise<void>;
}

interface Version {
  readonly lambda: LambdaFunction;
  running: number;
  /** Called once, when no invocation runs and none will. */
  drained?: () => void;
}

export function createReplaceableFunction(first: LambdaFunction): ReplaceableFunction {
  let current: Version = { lambda: first, running: 0 };
  const alive = new Set([current]);

  const endIfDrained = (version: Version) => {
    if (version === current || version.running > 0) return;
    alive.delete(version);
    void version.lambda.kill().then(version.drained);
  };

  return {
    warmUp: () => current.lambda.warmUp(),
    async invoke(event) {
      const version = current;
      version.running++;
      try {
        return await version.lambda.invoke(event);
      } finally {
        version.running--;
        endIfDrained(version);
      }
    },
    async kill() {
      await Promise.all([...alive].map(({ lambda }) => lambda.kill()));
    },
    async replace(next, onDrained) {
      try {
        await next.warmUp();
      } catch (error) {
        await next.kill();
        throw error;
      }
      const previous = current;
      current = { lambda: next, running: 0 };
      alive.add(current);
      if (onDrained) previous.drained = onDrained;
      endIfDrained(previous);
    },
  };
}
