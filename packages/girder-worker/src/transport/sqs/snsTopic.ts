import { CreateTopicCommand, type SNSClient, SubscribeCommand, UnsubscribeCommand } from '@aws-sdk/client-sns';

/** Kombu's own tags. It creates the topic before each publish, and SNS refuses to create a topic again with other tags. */
const kombuTags = [
  { Key: 'ManagedBy', Value: 'Celery/Kombu' },
  { Key: 'Description', Value: 'This SNS topic is used by Kombu to enable Fanout support for AWS SQS.' },
];

/** Creates a topic as Kombu does, unless it exists. Resolves to its ARN. */
export async function createTopic(sns: SNSClient, name: string): Promise<string> {
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: name, Tags: kombuTags }));
  return TopicArn!;
}

/**
 * Subscribes a queue to a topic. With `isRaw`, the queue receives the published text itself, otherwise in the envelope of
 * SNS. Resolves to the function that deletes the subscription.
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
