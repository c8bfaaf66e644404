import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { ListQueuesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localCredentials, localRegion } from '../../../../girder-worker-dev/src/local/emulators/credentials.ts';
import { type Emulators, startEmulators } from '../../../../girder-worker-dev/src/local/emulators/emulators.ts';
import { localSqsClient } from '../../../../girder-worker-dev/src/local/emulators/resources.ts';
import { isolatedVariables, stackVariables } from '../../../../girder-worker-dev/src/local/emulators/variables.ts';
import { type BrokerConnection, loadConnections } from '../../connections/connections.ts';
import { openPidboxQueue, pidboxQueueName } from './pidboxQueue.ts';
import { createTopic } from './snsTopic.ts';

let emulators: Emulators;
let env: NodeJS.ProcessEnv;
let broker: BrokerConnection;
let sqs: SQSClient;
let sns: SNSClient;
beforeAll(async () => {
  emulators = await startEmulators();
  env = isolatedVariables({}, stackVariables(emulators, 'celery'));
  ({ broker } = loadConnections(env));
  sqs = localSqsClient(emulators.sqsEndpoint);
  sns = new SNSClient({ endpoint: emulators.sqsEndpoint, region: localRegion, credentials: localCredentials });
});
afterAll(async () => {
  sns.destroy();
  sqs.destroy();
  await emulators.stop();
});

const publish = (TopicArn: string, Message: string) => sns.send(new PublishCommand({ TopicArn, Message }));
const receive = { maxMessages: 10, visibilityTimeoutSeconds: 10, waitSeconds: 5 };

async function queueNames(): Promise<string[]> {
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  return QueueUrls.map((url) => url.slice(url.lastIndexOf('/') + 1));
}

test('every pidbox queue receives what is published to Kombu’s topic, unchanged', async () => {
  const [first, second] = await Promise.all([openPidboxQueue(broker, 'w@one'), openPidboxQueue(broker, 'w@one')]);
  expect(first.topicArn).toMatch(/:celery-pidbox$/);
  await publish(first.topicArn, 'a command');
  for (const { queue } of [first, second])
    expect(await queue.receive(receive)).toMatchObject([{ body: 'a command', eventSourceARN: queue.arn }]);

  await first.close();
  expect(await queueNames()).toEqual([second.queue.name]);
  await publish(second.topicArn, 'another');
  expect(await second.queue.receive(receive)).toMatchObject([{ body: 'another' }]);
  await second.close();
  expect(await queueNames()).toEqual([]);
});

test('the names of topic and pidbox queue have the queue name prefix of the broker', async () => {
  const pidbox = await openPidboxQueue({ ...broker, queueNamePrefix: 'prod-' }, 'w@one');
  expect(pidbox.topicArn).toMatch(/:prod-celery-pidbox$/);
  expect(pidbox.queue.name).toMatch(/^prod-w_one-.{8}-celery-pidbox$/);
  await pidbox.close();
});

test('a topic that is configured by its ARN is used as it is', async () => {
  const topicArn = await createTopic(sns, 'ours');
  const pidbox = await openPidboxQueue({ ...broker, topicArn }, 'w@one');
  expect(pidbox.topicArn).toBe(topicArn);
  await pidbox.close();
});

test('if the configured topic does not exist, opening a pidbox rejects and leaves no queue behind', async () => {
  const topicArn = 'arn:aws:sns:us-east-1:000000000000:nobody';
  await expect(openPidboxQueue({ ...broker, topicArn }, 'w@one')).rejects.toThrow('Topic');
  expect(await queueNames()).toEqual([]);
});

test('the topic is expected at the endpoint of SQS unless SNS has an endpoint of its own', async () => {
  const { AWS_ENDPOINT_URL_SNS: _, ...rest } = env;
  const pidbox = await openPidboxQueue(loadConnections(rest).broker, 'w@one');
  await pidbox.close();
  const unreachable = loadConnections({ ...rest, AWS_ENDPOINT_URL_SNS: 'http://127.0.0.1:9' });
  await expect(openPidboxQueue(unreachable.broker, 'w@one')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('the name of a pidbox queue fits into SQS’s limit and ends with “celery-pidbox”, which IAM policies match', () => {
  const name = pidboxQueueName(`girder-worker@${'host.'.repeat(40)}example.com`, 'a-prefix.');
  expect(name).toHaveLength(80);
  expect(name).toMatch(/^a-prefix-girder-worker_host-host-.*-celery-pidbox$/);
});
