import { Command } from 'commander';
import { ConfigurationError, type Connections, loadConnections } from 'girder-worker/internal/aws';
import { names, type Output, readRegistry } from 'girder-worker/internal/cli';
import type { Finding } from '../../doctor/checks/finding.ts';

interface DoctorOptions {
  readonly queues?: readonly string[];
  readonly root: string;
  readonly worker?: true;
  readonly strict?: true;
  readonly json?: true;
}

/** Exit codes: 0 without failures, 1 with failures, 2 for invalid arguments or settings. */
const usageExitCode = 2;

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Check a deployed stack: queues, dead letters, functions, table, alarms.')
    .option('--queues <names>', 'Celery queues, separated by commas (default: $GIRDER_WORKER_QUEUES, or celery)', names)
    .option('--root <folder>', 'folder of the deployment, whose registry is compared with that of the functions', '.')
    .option('--worker', 'girder-worker worker consumes the queues, and no function')
    .option('--strict', 'exit with 1 for warnings and checks that could not be made, too')
    .option('--json', 'print JSON instead of text')
    .addHelpText('after', help)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : usageExitCode))
    .action(async (options: DoctorOptions, command: Command) => {
      const { writeOut, writeErr } = command.configureOutput() as Output;
      const connections = loadSettings(writeErr);
      if (connections === undefined) return;
      const findings = await examineStack(options, connections);
      const { countFindings, reportLines } = await import('../../doctor/report.ts');
      const counts = countFindings(findings);
      writeOut(
        options.json
          ? `${JSON.stringify({ counts, findings }, null, 2)}\n`
          : reportLines(findings)
              .map((line) => `${line}\n`)
              .join(''),
      );
      const faults = counts.failure + (options.strict ? counts.warning + counts.notChecked : 0);
      process.exitCode = faults > 0 ? 1 : 0;
    });
}

const help = `
The command reads queues, table, functions and alarms, and invokes the functions of the queues once, with an event that
makes them describe themselves. It changes nothing. Where an API is missing, as Lambda's in the local stack, or a
permission, the report says "not checked" and why. Exit codes: 0 without failures, 1 with failures, or if the stack cannot
be reached, 2 for invalid arguments or settings.

Examples:
  $ girder-worker doctor
  ok           queue              celery  exists
  failure      visibilityTimeout  celery  60 s: messages are delivered again while their tasks run
               expected: at least 1800 s, six times the timeout of my-deployment-dev-dispatcher (300 s)
               to do: Set VisibilityTimeout of celery to 1800.

  $ girder-worker doctor --queues celery,orders.fifo --strict --json`;

function loadSettings(writeErr: Output['writeErr']): Connections | undefined {
  try {
    return loadConnections(process.env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    writeErr(`girder-worker: ${error.message}\n`);
    process.exitCode = usageExitCode;
    return undefined;
  }
}

async function examineStack({ queues, root, worker }: DoctorOptions, connections: Connections): Promise<Finding[]> {
  // Imported dynamically: the clients of four services.
  const { readStack } = await import('../../doctor/facts/stack.ts');
  const { examine } = await import('../../doctor/examine.ts');
  const localTasks = await readRegistry(root).then(
    ({ tasks }) => ({ kind: 'value' as const, value: Object.keys(tasks) }),
    (error: Error) => ({ kind: 'unavailable' as const, reason: error.message }),
  );
  const queueNames = queues ?? connections.broker.queues ?? ['celery'];
  return examine(
    await readStack({ env: process.env, connections, queueNames, hasWorker: worker === true, localTasks }),
  );
}
