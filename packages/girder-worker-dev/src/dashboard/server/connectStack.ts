import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { type Connections, clientConfig, clientSettings } from 'girder-worker/internal/aws';
import {
  App,
  connectHistory,
  connectQueueAdmin,
  connectStoreAndScan,
  createTaskClient,
  describeCliError,
} from 'girder-worker/internal/operations';
import { nodeSystem } from 'girder-worker/internal/system';
import { createCloudwatchLog } from './cloudwatchLog.ts';
import { createHistoryFollower } from './historyFollower.ts';
import type { DashboardStack } from './stack.ts';
import type { TaskLog } from './taskLog.ts';
import { createTaskWindow } from './taskWindow.ts';

export interface ConnectStackOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly connections: Connections;
  /** Celery's names of the queues that are shown. */
  readonly queues: readonly string[];
  /** The most tasks that are kept in memory. */
  readonly maxTasks: number;
  readonly hasActions: boolean;
  /** @default CloudWatch Logs */
  readonly taskLog?: TaskLog;
}

/** Returns the stack that the environment names. It connects at the first use. */
export function connectStack(options: ConnectStackOptions): DashboardStack {
  const { env, connections, queues, maxTasks, hasActions, taskLog = createCloudwatchLog(env, connections) } = options;
  const { broker, backend } = connections;
  const history = backend.history ?? { table: `${backend.table}-history`, days: 7 };
  const window = createTaskWindow(maxTasks);
  const describeError = (error: unknown) => describeCliError(error, env);
  const app = new App(createTaskClient(env));
  return {
    names: { broker: broker.url, backend: backend.url, history: history.table, region: backend.dynamodb.region ?? '' },
    ...connectStoreAndScan(backend),
    ...{
      queues,
      window,
      hasActions,
      taskLog,
      describeError,
      system: nodeSystem,
      queueAdmin: connectQueueAdmin(broker),
    },
    oldestSeconds: createOldestSeconds(env, connections),
    follower: createHistoryFollower({
      history: connectHistory(backend, history),
      window,
      windowMs: history.days * 24 * 3600 * 1000,
      system: nodeSystem,
      describeError,
    }),
    async send(task, args, kwargs, queue, options) {
      const { id } = await app.sendTask(task, args, kwargs as Readonly<Record<string, unknown>>, { ...options, queue });
      return id;
    },
  };
}

/** How long an age counts: CloudWatch has a new value each minute. */
const freshMs = 60_000;

/** What of the past is asked for: the metric comes some minutes late. */
const pastMs = 10 * 60_000;

/** Returns the function that reads the age of a queue's oldest message from CloudWatch; emulators do not know it. */
function createOldestSeconds(env: NodeJS.ProcessEnv, { broker }: Connections): DashboardStack['oldestSeconds'] {
  const { endpoint, region, credentials } = broker.sqs;
  const settings = clientSettings(env, 'CLOUDWATCH', { endpoint, region, credentials });
  if (settings.endpoint !== undefined) return async () => null;
  const client = new CloudWatchClient(clientConfig(settings));
  const known = new Map<string, { readonly untilMs: number; readonly seconds: Promise<number | null> }>();
  const read = async (queue: string): Promise<number | null> => {
    const nowMs = nodeSystem.now();
    const command = new GetMetricStatisticsCommand({
      ...{ Namespace: 'AWS/SQS', MetricName: 'ApproximateAgeOfOldestMessage', Statistics: ['Maximum'], Period: 60 },
      ...{ Dimensions: [{ Name: 'QueueName', Value: queue }] },
      ...{ StartTime: new Date(nowMs - pastMs), EndTime: new Date(nowMs) },
    });
    const { Datapoints = [] } = await client.send(command);
    const [last] = Datapoints.sort((a, b) => Number(b.Timestamp) - Number(a.Timestamp));
    return last?.Maximum ?? null;
  };
  return (queue) => {
    const last = known.get(queue);
    if (last && nodeSystem.now() < last.untilMs) return last.seconds;
    const seconds = read(queue).catch(() => null); // Without the permission cloudwatch:GetMetricStatistics.
    known.set(queue, { untilMs: nodeSystem.now() + freshMs, seconds });
    return seconds;
  };
}
