import { Command, InvalidArgumentError } from 'commander';
import { app } from '../../app.ts';
import { parsePythonJson } from '../../kombu/json/pythonJson.ts';
import { notEmpty, seconds } from '../shared/arguments.ts';
import { print } from '../shared/output.ts';
import { printResult } from './result.ts';

interface CallOptions {
  readonly kwargs: Record<string, unknown>;
  readonly queue?: string;
  readonly wait: boolean;
  readonly timeout: number;
}

export function callCommand(): Command {
  return new Command('call')
    .description('Send a task by its name, wait for it, and print its result as JSON.')
    .argument('<task>', 'name of the task, such as gwexample.analyses.tasks.fibonacci', notEmpty)
    .argument('[args...]', 'positional arguments, each as JSON; an argument that is not JSON is a string')
    .option('--kwargs <json>', 'keyword arguments, as a JSON object', jsonObject, {})
    .option('--queue <name>', 'Celery queue to send to (default: celery)', notEmpty)
    .option('--no-wait', 'print the task id and do not wait for the result')
    .option('--timeout <seconds>', 'longest time to wait for the result', seconds, 60)
    .addHelpText('after', help)
    .action(async (task: string, args: string[], { kwargs, queue, wait, timeout }: CallOptions) => {
      const result = await app.sendTask(task, args.map(jsonOrText), kwargs, queue === undefined ? {} : { queue });
      if (wait) await printResult(result, timeout);
      else print(result.id);
    });
}

const help = `
If the task fails, or does not end within the timeout, the command prints the error to stderr and exits with code 1.

Examples:
  $ girder-worker call gwexample.analyses.tasks.fibonacci --kwargs '{"n": 26}'
  121393

  $ girder-worker call --no-wait gwexample.analyses.tasks.fibonacci 26
  3ef02b02-a3c9-44cf-bf80-f86458d1cdbf`;

function jsonOrText(text: string): unknown {
  try {
    return parsePythonJson(text);
  } catch {
    return text;
  }
}

function jsonObject(text: string): Record<string, unknown> {
  const value = jsonOrText(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new InvalidArgumentError('Must be a JSON object, such as \'{"n": 26}\'.');
}
