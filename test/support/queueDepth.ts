import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** Returns the number of messages in a queue: those that can be received, those that are hidden, and those that are delayed. */
export async function queueDepth(sqs: SQSClient, QueueUrl: string): Promise<number> {
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  const { ApproximateNumberOfMessages: ready, ...others } = Attributes ?? {};
  const counts = [ready, others.ApproximateNumberOfMessagesNotVisible, others.ApproximateNumberOfMessagesDelayed];
  return counts.map(Number).reduce((sum, count) => sum + count, 0);
}
