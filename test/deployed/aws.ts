import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { latestCelery } from '../interop/versions.ts';
import { pythonVenv } from '../support/requirements.ts';
import type { Target } from './target.ts';

const script = fileURLToPath(new URL('aws.py', import.meta.url));

/** A call of boto3, whose clients know all services: `['iam', 'list_roles', {}]`. */
export type AwsCall = readonly [service: string, method: string, parameters: object];
type Answer = Readonly<Record<string, unknown>>;

/** Makes calls one after the other. Resolves to their answers; rejects with the first error. */
export async function callAws({ env }: Target, calls: readonly AwsCall[]): Promise<Answer[]> {
  const { stdout } = await promisify(execFile)(await pythonVenv(latestCelery), [script, JSON.stringify(calls)], {
    env,
  });
  return JSON.parse(stdout);
}

/** The kinds of resources that a deployment creates: how they are listed, and the field with their name. */
const kinds: readonly (readonly [kind: string, service: string, method: string, field: string, name?: string])[] = [
  ['stack', 'cloudformation', 'describe_stacks', 'Stacks', 'StackName'],
  ['queue', 'sqs', 'list_queues', 'QueueUrls'],
  ['table', 'dynamodb', 'list_tables', 'TableNames'],
  ['function', 'lambda', 'list_functions', 'Functions', 'FunctionName'],
  ['mapping', 'lambda', 'list_event_source_mappings', 'EventSourceMappings', 'EventSourceArn'],
  ['topic', 'sns', 'list_topics', 'Topics', 'TopicArn'],
  ['subscription', 'sns', 'list_subscriptions', 'Subscriptions', 'Endpoint'],
  ['role', 'iam', 'list_roles', 'Roles', 'RoleName'],
  ['log group', 'logs', 'describe_log_groups', 'logGroups', 'logGroupName'],
  ['bucket', 's3', 'list_buckets', 'Buckets', 'Name'],
  ['alarm', 'cloudwatch', 'describe_alarms', 'MetricAlarms', 'AlarmName'],
];

/** Resolves to the resources of these kinds that exist, such as `queue http://127.0.0.1:4566/000000000000/celery`. */
export async function existingResources(target: Target): Promise<string[]> {
  const answers = await callAws(
    target,
    kinds.map(([, service, method]) => [service, method, {}]),
  );
  return kinds.flatMap(([kind, , , field, name], index) => {
    const items = (answers[index]?.[field] ?? []) as (string | Record<string, string>)[];
    return items
      .filter((item) => typeof item === 'string' || item.StackStatus !== 'DELETE_COMPLETE') // It is listed for 90 days.
      .map((item) => `${kind} ${typeof item === 'string' ? item : item[name!]}`);
  });
}
