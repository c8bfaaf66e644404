import { Command } from 'commander';
import { app } from '../../app.ts';
import { stringifyPythonJson } from '../../kombu/json/pythonJson.ts';
import type { AsyncResult, TaskMessage } from '../../task/client/client.ts';
import { notEmpty, seconds } from '../shared/arguments.ts';
import { describeCliError } from '../shared/cliError.ts';
import { print, processOutput } from '../shared/output.ts';

export function resultCommand(): Command {
  return new Command('result')
    .description('Wait for a task, and print its result as JSON.')
    .argument('<id>', 'id of the task', notEmpty)
    .option('--timeout <seconds>', 'longest time to wait for the result; 0 reads it once', seconds, 60)
    .addHelpText('after', help)
    .action(async (id: string, { timeout }: { timeout: number }) => printResult(app.AsyncResult(id), timeout));
}

const help = `
The states that the task stores while it runs, such as its progress, are written to stderr with their meta. --timeout 0
writes the present one. If the task has failed, or does not end within the timeout, the command prints the error to stderr and exits with code 1.

Examples:
  $ girder-worker result 3ef02b02-a3c9-44cf-bf80-f86458d1cdbf
  121393

  $ girder-worker result 3ef02b02-a3c9-44cf-bf80-f86458d1cdbf --timeout 0`;

/** Writes each state that the task stores while it runs to stderr, such as `PROGRESS {"current": 3, "total": 10}`. */
function reportProgress({ state, result }: TaskMessage): void {
  const isReported = !['PENDING', 'SUCCESS', 'FAILURE', 'REVOKED'].includes(state);
  if (isReported) processOutput.writeErr(`${state} ${stringifyPythonJson(result ?? null)}\n`);
}

/** Prints the result of a task. If the task failed, prints its error with the remote traceback and sets the exit code. */
export async function printResult(result: AsyncResult<unknown>, timeoutSeconds: number): Promise<void> {
  try {
    const value = await result.get({ timeoutMs: timeoutSeconds * 1000, onMessage: reportProgress });
    print(stringifyPythonJson(value));
  } catch (error) {
    processOutput.writeErr(`${failureText(error)}\n`);
    process.exitCode = 1;
  }
}

/** The error of the task with its traceback, which the client puts in the place of a stack; any other error in one line. */
function failureText(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack.includes('\nTraceback (most recent call last):') ? stack : describeCliError(error, process.env);
}
