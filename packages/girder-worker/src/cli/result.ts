import { Command, InvalidArgumentError } from 'commander';
import { app } from '../app.ts';
import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import type { AsyncResult } from '../task/client.ts';

export function resultCommand(): Command {
  return new Command('result')
    .description('Print the result of a task as JSON, waiting for it if need be.')
    .argument('<id>', 'id of the task')
    .option('--timeout <seconds>', 'how long to wait; 0 only looks', seconds, 60)
    .action(async (id: string, { timeout }: { timeout: number }) => printResult(app.AsyncResult(id), timeout));
}

/** Prints a result; a task that failed makes the command fail, with the remote traceback. */
export async function printResult(result: AsyncResult<unknown>, timeoutSeconds: number): Promise<void> {
  try {
    process.stdout.write(`${stringifyPythonJson(await result.get({ timeoutMs: timeoutSeconds * 1000 }))}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error && error.name !== 'TimeoutError' ? error.stack : error}\n`);
    process.exitCode = 1;
  }
}

export function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('Give a number of seconds.');
  return value;
}
