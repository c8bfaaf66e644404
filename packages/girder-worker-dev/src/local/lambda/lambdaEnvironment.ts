import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { nodeSystem } from 'girder-worker/internal/system';
import { localRegion } from '../emulators/credentials.ts';
import { isolatedVariables } from '../emulators/variables.ts';
import { killBound, startBound } from '../process/boundProcess.ts';
import { siblingModule } from '../process/siblingModule.ts';
import type { EnvironmentReport, Invocation, LambdaError } from './lambdaProtocol.ts';
import type { LambdaSettings } from './lambdaSettings.ts';

/** An execution environment, as Lambda has it: a process that runs one invocation at a time. */
export interface LambdaEnvironment {
  /** Resolves when the module of the function is loaded. Rejects with an InvocationError `INIT_FAILED` or `EXITED`. */
  readonly ready: Promise<void>;
  /** Resolves to the response of the handler. Rejects with an InvocationError; after `TIMED_OUT` or `EXITED` the process has ended. */
  invoke(event: unknown): Promise<unknown>;
  kill(): Promise<void>;
}

/** An invocation without a response. */
export class InvocationError extends Error {
  override readonly name = 'InvocationError';
  /** `INIT_FAILED`: the module could not be loaded. `FAILED`: the handler threw. `TIMED_OUT`, `EXITED`: the process has ended. */
  readonly code: 'INIT_FAILED' | 'FAILED' | 'TIMED_OUT' | 'EXITED';

  constructor(code: InvocationError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** @param onGone called once, when the process has ended for any reason */
export function startEnvironment(settings: LambdaSettings, onGone: () => void): LambdaEnvironment {
  const { file, handler = 'handler', timeoutSeconds, printLine } = settings;
  const child = startBound(fileURLToPath(siblingModule(import.meta.url, './lambdaRuntime.ts')), {
    args: [file, handler],
    env: lambdaVariables(settings),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  passLines(child.stdout!, (line) => printLine(line, 'stdout'));
  passLines(child.stderr!, (line) => printLine(line, 'stderr'));

  let pending = Promise.withResolvers<EnvironmentReport>();
  child.on('message', (report) => pending.resolve(report as EnvironmentReport));
  child.on('error', (error) => pending.reject(error));
  child.on('exit', (code, signal) => {
    onGone();
    pending.reject(
      new InvocationError(
        'EXITED',
        `Runtime exited with error: ${signal ? `signal: ${signal}` : `exit status ${code}`}`,
      ),
    );
  });

  const ready = pending.promise.then((report) => {
    if (report.kind === 'initFailed') throw new InvocationError('INIT_FAILED', textOf(report.error));
  });
  ready.catch(() => undefined); // Invocations await `ready`; without one, its rejection needs no handler.

  async function invoke(event: unknown): Promise<unknown> {
    await ready;
    pending = Promise.withResolvers();
    const timeoutMs = timeoutSeconds * 1000;
    const invocation: Invocation = {
      requestId: nodeSystem.randomUUID(),
      event,
      deadlineMs: nodeSystem.now() + timeoutMs,
    };
    send(child, invocation);
    const cancelTimeout = nodeSystem.startTimer(() => {
      pending.reject(
        new InvocationError(
          'TIMED_OUT',
          `${invocation.requestId} Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
        ),
      );
    }, timeoutMs);
    try {
      return responseOf(await pending.promise);
    } catch (error) {
      if (error instanceof InvocationError && error.code === 'TIMED_OUT') await killBound(child);
      throw error;
    } finally {
      cancelTimeout();
    }
  }

  return { ready, invoke, kill: () => killBound(child) };
}

/** Ignores errors: the event 'exit' reports a process that has ended. */
function send(child: ChildProcess, invocation: Invocation): void {
  if (child.connected) child.send(invocation, () => undefined);
}

function responseOf(report: EnvironmentReport): unknown {
  switch (report.kind) {
    case 'responded':
      return JSON.parse(report.response);
    case 'threw':
      throw new InvocationError('FAILED', textOf(report.error));
    case 'ready':
    case 'initFailed':
      throw new Error(`The execution environment answered an invocation with "${report.kind}"`);
  }
}

function textOf({ errorType, errorMessage, stack }: LambdaError): string {
  return stack || `${errorType}: ${errorMessage}`;
}

function passLines(stream: Readable, print: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', print);
}

/** The environment variables of the function: its own and Lambda's reserved ones. */
function lambdaVariables({ functionName, handler = 'handler', memoryMb, env }: LambdaSettings): NodeJS.ProcessEnv {
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
    NODE_PATH: undefined, // Packages of this machine are not in the function.
  });
}
