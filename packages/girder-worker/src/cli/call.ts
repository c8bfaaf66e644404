import { Command, InvalidArgumentError } from 'commander';
import { app } from '../app.ts';
import { parsePythonJson } from '../kombu/json/pythonJson.ts';
import { printResult, seconds } from './result.ts';

interface CallOptions {
  readonly kwargs: Record<string, unknown>;
  readonly queue?: string;
  readonly wait: boolean;
  readonly timeout: number;
}

export function callCommand(): Command {
  return new Command('call')
    .description('Send a task by its name, and print its result as JSON.')
    .argument('<task>', 'name of the task, such as gwexample.analyses.tasks.fibonacci')
    .argument('[args...]', 'its arguments, each as JSON; what is no JSON is taken as text')
    .option('--kwargs <json>', 'its keyword arguments, as a JSON object', jsonObject, {})
    .option('--queue <name>', 'the Celery queue (default: celery)')
    .option('--no-wait', 'print the id and do not wait')
    .option('--timeout <seconds>', 'how long to wait', seconds, 60)
    .addHelpText(
      'after',
      `\nExample:\n  $ girder-worker call gwexample.analyses.tasks.fibonacci --kwargs '{"n": 26}'\n  121393`,
    )
    .action(async (task: string, args: string[], { kwargs, queue, wait, timeout }: CallOptions) => {
      const result = await app.sendTask(task, args.map(jsonOrText), kwargs, queue === undefined ? {} : { queue });
      if (wait) await printResult(result, timeout);
      else process.stdout.write(`${result.id}\n`);
    });
}

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
  throw new InvalidArgumentError('Give a JSON object, such as \'{"n": 26}\'.');
}
