import { fileURLToPath } from 'node:url';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulators, startEmulators } from './emulators/emulators.ts';
import { localSqsClient } from './emulators/resources.ts';
import type { MappingFault } from './lambda/eventSourceMapping.ts';
import { startRemoteControl } from './localRemoteControl.ts';

const file = fileURLToPath(new URL('./fixtures/commandHandler.ts', import.meta.url));
const topicArn = 'arn:aws:sns:us-east-1:000000000000:celery-pidbox';

let emulators: Emulators;
let sqs: SQSClient;
let control: Awaited<ReturnType<typeof startRemoteControl>>;
const printed: { readonly event: object }[] = [];
const faults: MappingFault[] = [];

beforeAll(async () => {
  emulators = await startEmulators();
  sqs = localSqsClient(emulators.sqsEndpoint);
  control = await startRemoteControl({
    ...{ sqs, emulators, file, env: {} },
    printLine: (line) => printed.push(JSON.parse(line)),
    onFault: (fault) => faults.push(fault),
  });
});
afterAll(async () => {
  await control.stop(0);
  sqs.destroy();
  await emulators.stop();
});

/** Calls the query API of SNS, as boto does. */
async function callSns(parameters: Record<string, string>): Promise<string> {
  const authorization = 'AWS4-HMAC-SHA256 Credential=test/20000101/us-east-1/sns/aws4_request';
  const body = new URLSearchParams({ ...parameters, Version: '2010-03-31' });
  const response = await fetch(emulators.sqsEndpoint, { method: 'POST', headers: { authorization }, body });
  expect(response.status).toBe(200);
  return response.text();
}

test('a message that is published to the topic of remote control invokes its function with an SNS event', async () => {
  await callSns({ Action: 'Publish', TopicArn: topicArn, Message: '{"a command": "ü"}' });
  await expect.poll(() => printed, { timeout: 10_000 }).toHaveLength(1);
  expect(printed[0]!.event).toEqual({
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: expect.stringContaining(topicArn),
        Sns: expect.objectContaining({
          Type: 'Notification',
          TopicArn: topicArn,
          Message: '{"a command": "ü"}',
          MessageId: expect.any(String),
          Timestamp: expect.any(String),
          MessageAttributes: {},
        }),
      },
    ],
  });
  expect(faults).toEqual([]);
});

test('the topic of remote control has the name and the tags with which Kombu creates it', async () => {
  const tags = {
    'Tags.member.1.Key': 'ManagedBy',
    'Tags.member.1.Value': 'Celery/Kombu',
    'Tags.member.2.Key': 'Description',
    'Tags.member.2.Value': 'This SNS topic is used by Kombu to enable Fanout support for AWS SQS.',
  };
  expect(await callSns({ Action: 'CreateTopic', Name: 'celery-pidbox', ...tags })).toContain(`>${topicArn}<`);
  const listed = await callSns({ Action: 'ListTagsForResource', ResourceArn: topicArn });
  for (const value of ['Celery/Kombu', tags['Tags.member.2.Value']]) expect(listed).toContain(value);
});
