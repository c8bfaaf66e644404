import { localCredentials, localRegion } from './credentials.ts';

/** Kombu creates the topic anew before it publishes, which SNS refuses for one with other tags. */
const kombuTags = {
  ManagedBy: 'Celery/Kombu',
  Description: 'This SNS topic is used by Kombu to enable Fanout support for AWS SQS.',
};

/** Creates an SNS topic, and subscribes a queue to it. Resolves to the topic's ARN. */
export async function createTopic(endpoint: string, name: string, queueArn: string): Promise<string> {
  const tags = Object.entries(kombuTags).flatMap(([key, value], index) => [
    [`Tags.member.${index + 1}.Key`, key],
    [`Tags.member.${index + 1}.Value`, value],
  ]);
  const TopicArn = await callSns(endpoint, 'TopicArn', {
    Action: 'CreateTopic',
    Name: name,
    ...Object.fromEntries(tags),
  });
  await callSns(endpoint, 'SubscriptionArn', { Action: 'Subscribe', TopicArn, Protocol: 'sqs', Endpoint: queueArn });
  return TopicArn;
}

/** One call of SNS's query protocol, and what it answers under this name: no other of its calls is made here. */
async function callSns(endpoint: string, answer: string, parameters: Record<string, string>): Promise<string> {
  const scope = `${localCredentials.accessKeyId}/20000101/${localRegion}/sns/aws4_request`;
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none` },
    body: new URLSearchParams({ ...parameters, Version: '2010-03-31' }),
  });
  const text = await response.text();
  const value = new RegExp(`<${answer}>(.*?)</${answer}>`).exec(text)?.[1];
  if (!response.ok || value === undefined) throw new Error(`SNS ${parameters.Action} failed: ${text}`);
  return value;
}
