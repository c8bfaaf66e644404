/** The process of an execution environment: `lambdaRuntime.ts <file> <export>`. Replaces Lambda's runtime. */
import '../process/endWithParent.ts';
import { pathToFileURL } from 'node:url';
import { nodeSystem } from 'girder-worker/internal/system';
import type { EnvironmentReport, Invocation, LambdaError } from './lambdaProtocol.ts';

type Handler = (event: unknown, context: object) => unknown;

async function loadHandler([file = '', name = '']: readonly string[]): Promise<Handler> {
  const module: Record<string, unknown> = await import(pathToFileURL(file).href);
  const handler = module[name];
  if (typeof handler !== 'function') throw new TypeError(`${file} exports no function "${name}"`);
  return handler as Handler;
}

async function run(handler: Handler, { requestId, event, deadlineMs }: Invocation): Promise<EnvironmentReport> {
  try {
    const response = await handler(event, contextOf(requestId, deadlineMs));
    return { kind: 'responded', requestId, response: JSON.stringify(response ?? null) };
  } catch (error) {
    return { kind: 'threw', requestId, error: lambdaError(error) };
  }
}

function contextOf(awsRequestId: string, deadlineMs: number): object {
  const { AWS_LAMBDA_FUNCTION_NAME: functionName, AWS_REGION: region } = process.env;
  return {
    awsRequestId,
    functionName,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: `arn:aws:lambda:${region}:000000000000:function:${functionName}`,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - nodeSystem.now()),
  };
}

function lambdaError(error: unknown): LambdaError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), stack: '' };
  return { errorType: error.name, errorMessage: error.message, stack: error.stack ?? '' };
}

/** Hidden from the function: on Lambda there is no `process.send`, and a message of a task would count as a response. */
const send = process.send?.bind(process);
delete process.send;

function report(what: EnvironmentReport): void {
  send?.(what, () => undefined); // Errors are ignored: without a parent, this process ends.
}

try {
  const handler = await loadHandler(process.argv.slice(2));
  process.on('message', async (invocation: Invocation) => report(await run(handler, invocation)));
  process.channel?.ref();
  report({ kind: 'ready' });
} catch (error) {
  report({ kind: 'initFailed', error: lambdaError(error) });
}
