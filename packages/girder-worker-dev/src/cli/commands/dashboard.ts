import { Command } from 'commander';
import { type Connections, loadConnections } from 'girder-worker/internal/aws';
import { integerUpTo, names, port, print, stopRequest } from 'girder-worker/internal/cli';
import { defaultDashboardPort } from '../shared/dashboardPort.ts';

interface DashboardOptions {
  readonly port: number;
  readonly queues?: readonly string[];
  readonly maxTasks: number;
  readonly actions?: true;
}

/** The shortest token that a user may choose. */
const minTokenLength = 16;

export function dashboardCommand(): Command {
  return new Command('dashboard')
    .description('Show tasks, queues, dead letters and orphans of a stack as a web page on this machine.')
    .option('--port <port>', 'port of the page; 0 chooses a free one', port, defaultDashboardPort)
    .option('--queues <names>', 'Celery queues, separated by commas (default: $GIRDER_WORKER_QUEUES, or celery)', names)
    .option('--max-tasks <number>', 'tasks of the history that are kept in memory', integerUpTo(1_000_000), 100_000)
    .option('--actions', 'permit changes: revoke, send and forget tasks, replay and delete dead letters')
    .addHelpText('after', help)
    .action(async (options: DashboardOptions, command: Command) => {
      const stop = stopRequest();
      const token = process.env.GIRDER_WORKER_DASHBOARD_TOKEN || undefined;
      if (token !== undefined && token.length < minTokenLength)
        command.error(
          `girder-worker: GIRDER_WORKER_DASHBOARD_TOKEN has ${token.length} characters: choose at least ${minTokenLength} random ones.`,
        );
      const connections = loadConnections(process.env);
      const queues = options.queues ?? connections.broker.queues ?? ['celery'];
      // Imported dynamically: the clients of three services, and the bundler of the page.
      const { connectStack } = await import('../../dashboard/server/connectStack.ts');
      const { startDashboard } = await import('../../dashboard/server/startDashboard.ts');
      const hasActions = options.actions === true;
      const stack = connectStack({ env: process.env, connections, queues, maxTasks: options.maxTasks, hasActions });
      const dashboard = await startDashboard(stack, { port: options.port, token });
      print(`Dashboard: ${dashboard.url}`);
      for (const line of facts(connections, queues, stack.names.history, hasActions)) print(line);
      await stop;
      await dashboard.stop();
    });
}

function facts(
  { broker, backend }: Connections,
  queues: readonly string[],
  history: string,
  hasActions: boolean,
): string[] {
  const region = backend.dynamodb.region ?? broker.sqs.region ?? 'the region of the AWS environment';
  return [
    `It shows ${queues.length === 1 ? 'the queue' : 'the queues'} ${queues.join(', ')}, the table ${backend.table} and its history ${history} in ${region}.`,
    hasActions
      ? 'It may change them: each action asks first.'
      : 'It only reads. Start it with --actions to revoke, send and forget tasks, and to replay dead letters.',
    'Ctrl-C ends it.',
  ];
}

const help = `
The command prints the address of the page, which contains a token: only programs that know it can read the page, and only on
this machine (127.0.0.1). It uses your AWS credentials. What happened before the start is read from the history, the table
"<table>-history" that a deployment has unless its parameter historyDays is 0; another name is given with
GIRDER_WORKER_HISTORY_TABLE. Figures for scripts: Flower's REST API is at /api, and Prometheus' metrics are at /metrics; both
need the token, as "Authorization: Bearer TOKEN". Set GIRDER_WORKER_DASHBOARD_TOKEN to choose the token.

Permissions: dynamodb:GetItem, BatchGetItem, Query and Scan on both tables, sqs:GetQueueUrl, GetQueueAttributes and
ReceiveMessage on the queues; cloudwatch:GetMetricStatistics for the age of the oldest message, and logs:FilterLogEvents for
the log lines of tasks, on the log groups of the functions. With --actions also
dynamodb:UpdateItem and DeleteItem on the table of results, and sqs:SendMessage and DeleteMessage.

Examples:
  $ girder-worker dashboard
  $ girder-worker dashboard --actions --queues celery,orders.fifo
  $ girder-worker dashboard --port 0
  $ curl -H "Authorization: Bearer $GIRDER_WORKER_DASHBOARD_TOKEN" http://127.0.0.1:5555/api/tasks?limit=10`;
