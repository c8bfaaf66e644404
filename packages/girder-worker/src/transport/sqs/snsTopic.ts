import { CreateTopicCommand, type SNSClient, SubscribeCommand, UnsubscribeCommand } from '@aws-sdk/client-sns';

/** Kombu creates the topic anew before it publishes, which SNS refuses for one with other tags. */
const kombuTags = [
  { Key: 'ManagedBy', Value: 'Celery/Kombu' },
  { Key: 'Description', Value: 'This SNS topic is used by Kombu to enable Fanout support for AWS SQS.' },
];

/** Creates a topic as Kombu does, or finds the one that is there. Resolves to its ARN. */
export async function createTopic(sns: SNSClient, name: string): Promise<string> {
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: name, Tags: kombuTags }));
  return TopicArn!;
}

/**
 * Has all that is published to a topic put into a queue: `isRaw` as it is, or else in the envelope in which a function gets
 * it. The function that this gives ends it.
 */
export async function subscribeQueue(
  sns: SNSClient,
  topicArn: string,
  queueArn: string,
  { isRaw }: { readonly isRaw: boolean },
): Promise<(signal: AbortSignal) => Promise<void>> {
  const { SubscriptionArn } = await sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: queueArn,
      Attributes: { RawMessageDelivery: String(isRaw) },
      ReturnSubscriptionArn: true,
    }),
  );
  return async (signal) => {
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }), { abortSignal: signal });
  };
}
