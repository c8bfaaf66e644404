import { existsSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { stopRequest } from '../local/process/stopRequest.ts';

interface DevOptions {
  readonly sqsPort?: number;
  readonly dynamodbPort?: number;
  readonly concurrency: number;
  readonly timeout: number;
  readonly run?: string;
}

const defaultPorts = { sqsPort: 9324, dynamodbPort: 8000 };

export function devCommand(): Command {
  return new Command('dev')
    .description(
      'Run the whole stack on this machine until Ctrl-C: emulators of SQS, SNS and DynamoDB, and the dispatcher.',
    )
    .option(
      '--sqs-port <port>',
      `port of SQS and SNS, 0 for any free one (default: ${defaultPorts.sqsPort}; 0 with --run)`,
      port,
    )
    .option(
      '--dynamodb-port <port>',
      `port of DynamoDB, 0 for any free one (default: ${defaultPorts.dynamodbPort}; 0 with --run)`,
      port,
    )
    .option('--concurrency <number>', 'invocations at once, of up to ten tasks each', atMost(1000), 5) // What Lambda begins with.
    .option('--timeout <seconds>', 'time limit of an invocation, and so of a task', atMost(900), 60)
    .option('--run <script>', 'run this script against the stack, and end with it and its exit code', script)
    .addHelpText('after', help)
    .action(async ({ run, sqsPort, dynamodbPort, concurrency, timeout }: DevOptions, command: Command) => {
      const stop = stopRequest();
      const { runLocalStack } = await import('./localStack.ts'); // Loaded only here, as no other command needs it.
      const ports = run === undefined ? defaultPorts : { sqsPort: 0, dynamodbPort: 0 };
      const exitCode = await runLocalStack({
        sqsPort: sqsPort ?? ports.sqsPort,
        dynamodbPort: dynamodbPort ?? ports.dynamodbPort,
        concurrency,
        timeoutSeconds: timeout,
        ...(run !== undefined && { script: run }),
        stop,
      }).catch((error: Error) => command.error(`girder-worker: ${error.message}`));
      process.exit(exitCode); // What was interrupted ends here, too.
    });
}

const help = `
Queue and table are both called celery, the region is us-east-1, the credentials are test and test. It prints the
endpoints, and then a line "ready".

Examples:
  $ girder-worker dev
  $ girder-worker dev --sqs-port 0 --dynamodb-port 0
  $ girder-worker dev --run examples/example_client.ts`;

function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65535) return value;
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535; 0 takes any free one.');
}

function script(file: string): string {
  if (existsSync(file)) return file;
  throw new InvalidArgumentError('There is no such file.');
}

function atMost(limit: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= 1 && value <= limit) return value;
    throw new InvalidArgumentError(`Give a whole number from 1 to ${limit}.`);
  };
}
