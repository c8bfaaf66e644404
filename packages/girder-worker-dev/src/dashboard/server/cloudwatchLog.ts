import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { type Connections, clientConfig, clientSettings } from 'girder-worker/internal/aws';
import type { LogLine } from '../data.ts';
import { type LoggedTask, logLineOf, maxLines, type TaskLog } from './taskLog.ts';

/** The node name of a function ends with its name, after which Lambda names its log group. */
const functionNode = /^girder-worker@(.+)$/;

/** The most pages of one log group that are read: CloudWatch answers with pages that are empty while it searches. */
const maxPages = 20;

/** How long after the end of a task its last lines may come, in ms. */
const lateMs = 60_000;

/** Returns the log of functions in CloudWatch Logs, where SQS is, unless AWS_ENDPOINT_URL_CLOUDWATCH_LOGS names another endpoint. */
export function createCloudwatchLog(env: NodeJS.ProcessEnv, { broker }: Connections): TaskLog {
  const { endpoint, region, credentials } = broker.sqs;
  const settings = clientSettings(env, 'CLOUDWATCH_LOGS', { endpoint, region, credentials });
  const client = new CloudWatchLogsClient({ ...clientConfig(settings), maxAttempts: 2 });

  const linesIn = async (group: string, { id, fromMs, toMs }: LoggedTask): Promise<readonly LogLine[] | null> => {
    const lines: LogLine[] = [];
    let nextToken: string | undefined;
    for (let page = 0; page < maxPages && lines.length < maxLines; page++) {
      const answer = await client.send(
        new FilterLogEventsCommand({
          ...{ logGroupName: group, startTime: fromMs, endTime: toMs + lateMs, nextToken },
          filterPattern: `"${id.replaceAll(/["\\]/g, '\\$&')}"`,
        }),
      );
      lines.push(...(answer.events ?? []).map(({ message = '', timestamp = 0 }) => logLineOf(message, timestamp)));
      nextToken = answer.nextToken;
      if (nextToken === undefined) break;
    }
    return lines;
  };

  const linesOrFault = (group: string, task: LoggedTask): Promise<readonly LogLine[] | null> =>
    linesIn(group, task).catch(({ name, message }: Error) => {
      // Some emulators do not have CloudWatch Logs.
      if (name === 'ResourceNotFoundException' || settings.endpoint !== undefined) return null;
      return [{ atMs: task.toMs, level: 'WARN', text: `The log group ${group} cannot be read: ${message}` }];
    });

  return {
    async linesOf(task) {
      const groups = new Set(task.workers.flatMap((worker) => functionNode.exec(worker)?.[1] ?? []));
      const found = await Promise.all([...groups].map((name) => linesOrFault(`/aws/lambda/${name}`, task)));
      const kept = found.filter((lines) => lines !== null);
      if (kept.length === 0) return null;
      return kept
        .flat()
        .sort((a, b) => a.atMs - b.atMs)
        .slice(0, maxLines);
    },
  };
}
