import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { ListQueuesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localCredentials, localRegion } from '../../local/emulators/credentials.ts';
import { type Emulators, startEmulators } from '../../local/emulators/emulators.ts';
import { localSqsClient } from '../../local/emulators/resources.ts';
import { isolatedVariables, stackVariables } from '../../local/emulators/variables.ts';
import { openPidboxQueue, pidboxQueueName } from './pidboxQueue.ts';
import { createTopic } from './snsTopic.ts';

let emulators: Emulators;
let env: NodeJS.ProcessEnv;
let sqs: SQSClient;
let sns: SNSClient;
beforeAll(async () => {
  emulators = await startEmulators();
  env = isolatedVariables({}, stackVariables(emulators, 'celery'));
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

test('each mailbox gets what is published to Kombu’s topic, as it was published', async () => {
  const [first, second] = await Promise.all([openPidboxQueue(env, 'w@one'), openPidboxQueue(env, 'w@one')]);
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

test('the topic has the prefix that the queues of the broker have', async () => {
  const mailbox = await openPidboxQueue({ ...env, GIRDER_WORKER_QUEUE_NAME_PREFIX: 'prod-' }, 'w@one');
  expect(mailbox.topicArn).toMatch(/:prod-celery-pidbox$/);
  expect(mailbox.queue.name).toMatch(/^prod-w_one-.{8}-celery-pidbox$/);
  await mailbox.close();
});

test('a topic that is named by its ARN is not created', async () => {
  const topicArn = await createTopic(sns, 'ours');
  const mailbox = await openPidboxQueue({ ...env, GIRDER_WORKER_TOPIC_ARN: topicArn }, 'w@one');
  expect(mailbox.topicArn).toBe(topicArn);
  await mailbox.close();
});

test('where there is no such topic, nothing is left behind', async () => {
  const topicArn = 'arn:aws:sns:us-east-1:000000000000:nobody';
  await expect(openPidboxQueue({ ...env, GIRDER_WORKER_TOPIC_ARN: topicArn }, 'w@one')).rejects.toThrow('Topic');
  expect(await queueNames()).toEqual([]);
});

test('who has an emulator of SQS has one of SNS, unless it is said to be elsewhere', async () => {
  const { AWS_ENDPOINT_URL_SNS: _, ...rest } = env;
  const mailbox = await openPidboxQueue(rest, 'w@one');
  await mailbox.close();
  const elsewhere = openPidboxQueue({ ...rest, AWS_ENDPOINT_URL_SNS: 'http://127.0.0.1:9' }, 'w@one');
  await expect(elsewhere).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('the name of a mailbox is never too long for SQS, and ends as the policies expect', () => {
  const name = pidboxQueueName(`girder-worker@${'host.'.repeat(40)}example.com`, 'a-prefix.');
  expect(name).toHaveLength(80);
  expect(name).toMatch(/^a-prefix-girder-worker_host-host-.*-celery-pidbox$/);
});
