import { localRegion } from '../emulators/credentials.ts';
import { isolatedVariables } from '../emulators/variables.ts';
import type { LambdaSettings } from './lambdaSettings.ts';

/** The environment variables of a function: Lambda's reserved ones, and its own. */
export function lambdaVariables({
  functionName,
  handler = 'handler',
  memoryMb,
  env,
}: LambdaSettings): NodeJS.ProcessEnv {
  return isolatedVariables(process.env, {
    ...env,
    _HANDLER: `handler.${handler}`,
    AWS_DEFAULT_REGION: localRegion,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    TZ: 'UTC',
  });
}
