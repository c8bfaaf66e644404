import { type LambdaEnvironment, startEnvironment } from './lambdaEnvironment.ts';
import type { LambdaSettings } from './lambdaSettings.ts';

/** A Lambda function on this machine: one environment for each concurrent invocation, kept for later invocations. */
export interface LambdaFunction {
  /** Starts an environment before the first invocation. Rejects as `invoke` does if the function cannot be loaded. */
  warmUp(): Promise<void>;
  /** Resolves to the response of the handler to an event, both JSON. Rejects with an InvocationError. */
  invoke(event: unknown): Promise<unknown>;
  /** Kills all environments; running invocations reject with `EXITED`. */
  kill(): Promise<void>;
}

export function createLambdaFunction(settings: LambdaSettings): LambdaFunction {
  const alive = new Set<LambdaEnvironment>();
  const idle = new Set<LambdaEnvironment>();

  function start(): LambdaEnvironment {
    const environment = startEnvironment(settings, () => {
      alive.delete(environment);
      idle.delete(environment);
    });
    alive.add(environment);
    return environment;
  }

  /** The environment that was used last: one invocation after the other always uses the same one. */
  function takeIdle(): LambdaEnvironment | undefined {
    const environment = [...idle].at(-1);
    if (environment) idle.delete(environment);
    return environment;
  }

  async function withEnvironment<R>(
    environment: LambdaEnvironment,
    use: (environment: LambdaEnvironment) => Promise<R>,
  ): Promise<R> {
    try {
      await environment.ready;
    } catch (error) {
      await environment.kill(); // As on Lambda, the next invocation loads the function again.
      throw error;
    }
    try {
      return await use(environment);
    } finally {
      if (alive.has(environment)) idle.add(environment);
    }
  }

  return {
    warmUp: () => withEnvironment(start(), async () => undefined),
    invoke: (event) => withEnvironment(takeIdle() ?? start(), (environment) => environment.invoke(event)),
    async kill() {
      await Promise.all([...alive].map((environment) => environment.kill()));
    },
  };
}
