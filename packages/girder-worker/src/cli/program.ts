import { Command } from 'commander';
import { callCommand } from './commands/call.ts';
import { dlqCommand } from './commands/dlq.ts';
import { healthCommand } from './commands/health.ts';
import { initCommand } from './commands/init.ts';
import { inspectCommand } from './commands/inspect.ts';
import { missingDevCommands } from './commands/missingDev.ts';
import { pingCommand } from './commands/ping.ts';
import { purgeCommand } from './commands/purge.ts';
import { resultCommand } from './commands/result.ts';
import { revokeCommand } from './commands/revoke.ts';
import { statusCommand } from './commands/status.ts';
import { workerCommand } from './commands/worker.ts';
import { debugText, describeCliError } from './shared/cliError.ts';
import { importDevPackage } from './shared/devPackage.ts';
import { processOutput } from './shared/output.ts';
import { version } from './shared/version.ts';

/** Runs the command that these arguments name, and sets the exit code of the process. */
export async function main(args: readonly string[]): Promise<void> {
  endWithClosedPipe();
  const { rest, isDebug } = withoutDebug(args);
  try {
    const program = await createProgram();
    for (const command of program.commands) showHelpAfterErrors(command, 'girder-worker');
    await program.parseAsync(withCommand(rest), { from: 'user' });
  } catch (error) {
    processOutput.writeErr(`girder-worker: ${describeCliError(error, process.env)}\n`);
    if (isDebug) processOutput.writeErr(`${debugText(error)}\n`);
    process.exitCode = 1;
  }
}

/** Takes out the option --debug, which every command has; after `--` it is an argument. GIRDER_WORKER_DEBUG=1 means the same. */
function withoutDebug(args: readonly string[]): { readonly rest: readonly string[]; readonly isDebug: boolean } {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const rest = args.filter((arg, index) => arg !== '--debug' || index > end);
  return { rest, isDebug: rest.length < args.length || process.env.GIRDER_WORKER_DEBUG === '1' };
}

/** A command whose arguments are invalid says how to get help about it. */
function showHelpAfterErrors(command: Command, parent: string): void {
  const name = `${parent} ${command.name()}`;
  command.showHelpAfterError(`(see ${name} --help)`);
  for (const child of command.commands) showHelpAfterErrors(child, name);
}

/** The reader of the output has enough, such as `head`: that is no error. */
function endWithClosedPipe(): void {
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code !== 'EPIPE') process.stderr.write(`girder-worker: Cannot write to stdout: ${message}\n`);
    process.exit(code === 'EPIPE' ? 0 : 1);
  });
}

/** Returns the CLI with all commands; those of girder-worker-dev say how to install it where it is missing. */
export async function createProgram(): Promise<Command> {
  const devPackage = await importDevPackage('.');
  const program = new Command('girder-worker')
    .description('A Celery worker in TypeScript, with SQS and DynamoDB: build it, run it, and control its tasks.')
    .version(version)
    .showHelpAfterError('(see girder-worker --help)')
    .addHelpText('after', environmentHelp())
    .addCommand(workerCommand())
    .addCommand(healthCommand())
    .addCommand(initCommand())
    .addCommand(callCommand())
    .addCommand(resultCommand())
    .addCommand(revokeCommand())
    .addCommand(inspectCommand())
    .addCommand(statusCommand())
    .addCommand(pingCommand())
    .addCommand(purgeCommand())
    .addCommand(dlqCommand());
  for (const command of devPackage?.commands() ?? missingDevCommands()) program.addCommand(command);
  return program;
}

/** Inserts the default command `worker` if the first argument is an option or missing. Commander refuses unknown commands. */
function withCommand(args: readonly string[]): string[] {
  const [first] = args;
  const isWorker = first === undefined || (first.startsWith('-') && !/^(-h|--help|-V|--version)$/.test(first));
  return isWorker ? ['worker', ...args] : [...args];
}

function environmentHelp(): string {
  return `
Environment:
  GIRDER_WORKER_BROKER    URL of the broker: sqs:// is the account of the AWS environment (default),
                          sqs://key:secret@localhost:9324// an emulator
  GIRDER_WORKER_BACKEND   URL of the result backend: dynamodb://@us-east-1/celery is the table "celery" in this region;
                          by default, the table "celery" in the region of the AWS environment
  GIRDER_WORKER_QUEUES    Celery queues of worker, inspect and status, separated by commas (default: celery)
  GIRDER_WORKER_API_URL   URL of the REST API of the Girder server whose jobs are updated, such as
                          https://girder.example.org/api/v1; no other server is called
  GIRDER_WORKER_LOG_FORMAT   text (default) or json: the lines of the worker's log
  GIRDER_WORKER_DEBUG     1 prints the stack of an error, as does the option --debug of every command
  AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SQS,
  AWS_ENDPOINT_URL_DYNAMODB   as for every AWS SDK

Examples:
  $ girder-worker -l info -c 4                               runs a worker, without Lambda
  $ girder-worker init my-deployment                         writes the files of a deployment
  $ girder-worker dev                                        runs the whole stack on this machine
  $ girder-worker create my-plugin                           creates the package of a new plugin
  $ girder-worker call gwexample.analyses.tasks.fibonacci 26
  $ girder-worker revoke 3ef02b02-a3c9-44cf-bf80-f86458d1cdbf
  $ girder-worker status                                     counts messages, running tasks and dead letters
  $ girder-worker dashboard                                  shows tasks, queues and dead letters as a web page

girder-worker <command> --help describes a command.`;
}
