import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { queueNameInArn } from 'girder-worker/internal/aws';
import { type Answer, andThen, answerOf } from './answer.ts';

export interface Queue {
  /** The name in SQS. */
  readonly name: string;
  readonly arn: string;
  readonly isFifo: boolean;
  readonly visibilityTimeoutSeconds: number;
  readonly retentionSeconds: number;
  readonly redrive: { readonly targetName: string; readonly maxReceiveCount: number } | undefined;
}

/** A queue, the redrive target of it, and the redrive target of that. A link that has no predecessor is `missing`. */
export interface QueueChain {
  readonly name: string;
  readonly queue: Answer<Queue>;
  readonly undelivered: Answer<Queue>;
  readonly deadLetters: Answer<Queue>;
}

export async function readQueueChain(sqs: SQSClient, name: string): Promise<QueueChain> {
  const target = (answer: Answer<Queue>): Promise<Answer<Queue>> =>
    andThen(answer, async ({ redrive }) => (redrive ? readQueue(sqs, redrive.targetName) : { kind: 'missing' }));
  const queue = await readQueue(sqs, name);
  const undelivered = await target(queue);
  return { name, queue, undelivered, deadLetters: await target(undelivered) };
}

async function readQueue(sqs: SQSClient, QueueName: string): Promise<Answer<Queue>> {
  const located = await answerOf('sqs:GetQueueUrl', sqs.send(new GetQueueUrlCommand({ QueueName })));
  return andThen(located, async ({ QueueUrl }) => {
    const request = sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    return andThen(await answerOf('sqs:GetQueueAttributes', request), async ({ Attributes = {} }) => ({
      kind: 'value',
      value: {
        name: QueueName,
        arn: Attributes.QueueArn ?? '',
        isFifo: QueueName.endsWith('.fifo'),
        visibilityTimeoutSeconds: Number(Attributes.VisibilityTimeout),
        retentionSeconds: Number(Attributes.MessageRetentionPeriod),
        redrive: redriveIn(Attributes.RedrivePolicy),
      },
    }));
  });
}

function redriveIn(policy: string | undefined): Queue['redrive'] {
  if (!policy) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(policy) as Record<string, unknown>;
  return { targetName: queueNameInArn(String(deadLetterTargetArn)), maxReceiveCount: Number(maxReceiveCount) };
}
