import type { LambdaFunction } from './lambdaFunction.ts';

/** The function for one of several mappings: each kills it when its own invocations have ended, and the last one takes effect. */
export function killedByLast(lambda: LambdaFunction, mappings: number): LambdaFunction {
  let left = mappings;
  return {
    ...lambda,
    async kill() {
      left -= 1;
      if (left === 0) await lambda.kill();
    },
  };
}
