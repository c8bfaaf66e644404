import { existsSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { integerUpTo, names, port, stopRequest } from 'girder-worker/internal/cli';
import { defaultDashboardPort } from '../shared/dashboardPort.ts';

interface DevOptions {
  readonly sqsPort?: number;
  readonly dynamodbPort?: number;
  readonly dashboardPort?: number;
  readonly queue?: readonly string[];
  readonly concurrency: number;
  readonly timeout: number;
  readonly run?: string;
  readonly reload: boolean;
}

const defaultPorts = { sqsPort: 9324, dynamodbPort: 8000 };
/** Lambda starts to poll a queue with this concurrency, too. */
const defaultConcurrency = 5;

export function devCommand(): Command {
  return new Command('dev')
    .description(
      'Run the whole stack on this machine until Ctrl-C: emulators of SQS, SNS and DynamoDB, and the functions.',
    )
    .option(
      '--sqs-port <port>',
      `port of SQS and SNS; 0 chooses a free one (default: ${defaultPorts.sqsPort}; 0 with --run)`,
      port,
    )
    .option(
      '--dynamodb-port <port>',
      `port of DynamoDB; 0 chooses a free one (default: ${defaultPorts.dynamodbPort}; 0 with --run)`,
      port,
    )
    .option(
      '--dashboard-port <port>',
      `port of the dashboard; 0 chooses a free one (default: ${defaultDashboardPort}, or a free one where it is taken)`,
      port,
    )
    .option('--queue <name>', 'Celery queue to serve; repeat it for several (default: celery)', collect)
    .option(
      '--concurrency <number>',
      'concurrent invocations for each queue, each with up to 10 messages; at most 1000',
      integerUpTo(1000),
      defaultConcurrency,
    )
    .option('--timeout <seconds>', 'timeout of an invocation, and so of a task; at most 900', integerUpTo(900), 60)
    .option(
      '--run <script>',
      'run this script against the stack; the stack ends with it, with its exit code',
      existingFile,
    )
    .option('--no-reload', 'do not reload the functions when the code of plugins changes')
    .addHelpText('after', help)
    .action(
      async (
        { run, sqsPort, dynamodbPort, dashboardPort, queue, concurrency, timeout, reload }: DevOptions,
        command: Command,
      ) => {
        const stop = stopRequest();
        const { runLocalStack } = await import('../shared/localStack.ts'); // No other command needs it.
        const ports = run === undefined ? defaultPorts : { sqsPort: 0, dynamodbPort: 0 };
        const exitCode = await runLocalStack({
          sqsPort: sqsPort ?? ports.sqsPort,
          dynamodbPort: dynamodbPort ?? ports.dynamodbPort,
          dashboardPort,
          queues: [...new Set(queue ?? ['celery'])],
          concurrency,
          timeoutSeconds: timeout,
          reloads: reload && run === undefined,
          ...(run !== undefined && { script: run }),
          stop,
        }).catch((error: Error) => command.error(`girder-worker: ${error.message}`));
        process.exit(exitCode); // Ends interrupted work, too.
      },
    );
}

const help = `
The command builds the registry and the bundle, prints the banner, the endpoints and the address of the dashboard (the web page
that "girder-worker dashboard" describes; not with --run), and then the line "ready". Without
--queue, the queue and the table are both named celery; the region is us-east-1, the access key and the secret are both
test. Queues and table are empty at start, and are lost at the end. Each queue NAME has a dead-letter queue
NAME-dead-letters, and before it NAME-undelivered, whose messages invoke the function of dead letters. A second Ctrl-C ends running tasks immediately.

When the code or the package.json of a plugin changes, the functions are built again and reloaded. Running tasks end in the
code that they started with. If the build fails, its faults are printed, and the functions stay as they are.

Examples:
  $ girder-worker dev
  $ girder-worker dev --queue celery --queue fast --queue orders.fifo
  $ girder-worker dev --sqs-port 0 --dynamodb-port 0
  $ girder-worker dev --run examples/example_client.ts`;

/** Adds a name to those of the options before it. Several names may also be separated by commas. */
function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...names(text)];
}

function existingFile(file: string): string {
  if (existsSync(file)) return file;
  throw new InvalidArgumentError('The file does not exist.');
}
