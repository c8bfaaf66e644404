import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { killBound, startBound } from '../process/boundProcess.ts';
import { siblingModule } from '../process/siblingModule.ts';
import { InvocationError } from './invocationError.ts';
import type { EnvironmentReport, Invocation, LambdaError } from './lambdaProtocol.ts';
import type { LambdaSettings } from './lambdaSettings.ts';
import { lambdaVariables } from './lambdaVariables.ts';

/** One execution environment, as Lambda has it: a process that runs one invocation at a time, until it dies. */
export interface LambdaEnvironment {
  /** Resolves when the function's module is loaded; rejects with InvocationError `INIT_FAILED` or `EXITED`. */
  readonly ready: Promise<void>;
  /** The handler's response. Rejects with an InvocationError; after `TIMED_OUT` and `EXITED` the environment is gone. */
  invoke(event: unknown): Promise<unknown>;
  kill(): Promise<void>;
}

/** @param onGone called once, when the process has ended for whatever reason */
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
  ready.catch(() => undefined); // Each invocation awaits it; without one nobody is to be told.

  async function invoke(event: unknown): Promise<unknown> {
    await ready;
    pending = Promise.withResolvers();
    const timeoutMs = timeoutSeconds * 1000;
    const invocation: Invocation = { requestId: randomUUID(), event, deadlineMs: Date.now() + timeoutMs };
    send(child, invocation);
    const timer = setTimeout(() => {
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
      clearTimeout(timer);
    }
  }

  return { ready, invoke, kill: () => killBound(child) };
}

/** A process that is gone tells so by its exit, not here. */
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
      throw new Error(`An environment reported "${report.kind}" in answer to an invocation`);
  }
}

function textOf({ errorType, errorMessage, stack }: LambdaError): string {
  return stack || `${errorType}: ${errorMessage}`;
}

function passLines(stream: Readable, print: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', print);
}
