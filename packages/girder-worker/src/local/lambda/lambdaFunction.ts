import { type LambdaEnvironment, startEnvironment } from './lambdaEnvironment.ts';
import type { LambdaSettings } from './lambdaSettings.ts';

/** A Lambda function on this machine: as many environments as there are invocations at once, each kept for the next one. */
export interface LambdaFunction {
  /** Starts an environment ahead of the first invocation. Rejects as `invoke` does where the function cannot be loaded. */
  warmUp(): Promise<void>;
  /** The handler's response to an event (both JSON). Rejects with an InvocationError. */
  invoke(event: unknown): Promise<unknown>;
  /** Ends all environments; what they run fails with `EXITED`. */
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

  /** The one used last, so that a quiet function keeps using one. */
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
      await environment.kill(); // Lambda does not invoke a function that failed to load either, and loads it anew.
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
