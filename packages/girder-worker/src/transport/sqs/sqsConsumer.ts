import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  type MessageAttributeValue,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSMessageAttribute, SQSRecord, SQSRecordAttributes } from 'aws-lambda';
import type { BrokerConnection } from '../../connections/connections.ts';
import { nodeSystem } from '../../system/nodeSystem.ts';
import type { System } from '../../system/system.ts';
import { timeoutSignal } from '../../system/timeouts.ts';
import type { QueueConsumer } from '../queueConsumer.ts';
import { isFifo, queueNameInArn, sqsQueueName } from '../queueName.ts';
import { missingQueueError } from './missingQueueError.ts';

/** How long after the wait time an answer may come. Later, its connection counts as lost. */
const answerMarginMs = 10_000;

/**
 * Returns the functions that open a queue of a broker. They reject with an Error that names the queue if it does not
 * exist, and otherwise with the SDK's errors.
 */
export function connectConsumers(broker: BrokerConnection) {
  const client = new SQSClient({ ...broker.sqs, useQueueUrlAsEndpoint: false });
  return {
    /** Opens a queue by its name in Celery. */
    open: (celeryQueue: string) => createSqsConsumer(client, sqsQueueName(celeryQueue, broker.queueNamePrefix)),
    /** Opens a queue by its name in SQS. */
    openByName: (name: string) => createSqsConsumer(client, name),
  };
}

/** Resolves to the consumer of the queue with this name in SQS. */
export async function createSqsConsumer(
  client: SQSClient,
  name: string,
  system: Pick<System, 'startTimer'> = nodeSystem,
): Promise<QueueConsumer> {
  const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: name })).catch((error: unknown) => {
    if (!(error instanceof QueueDoesNotExist)) throw error;
    throw missingQueueError(name, 'with -Q', error);
  });
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn', 'RedrivePolicy'] }),
  );
  const target = redriveTarget(Attributes.RedrivePolicy);

  return {
    name,
    arn: Attributes.QueueArn!,
    isFifo: isFifo(name),
    hasDeadLetterQueue: Attributes.RedrivePolicy !== undefined,
    async undelivered() {
      if (target === undefined) return undefined;
      const { QueueUrl: url } = await client.send(new GetQueueUrlCommand({ QueueName: target }));
      const AttributeNames = ['RedrivePolicy'] as const;
      const read = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...AttributeNames] });
      const { Attributes: { RedrivePolicy } = {} } = await client.send(read);
      return redriveTarget(RedrivePolicy) === undefined ? undefined : target;
    },
    async receive({ maxMessages, visibilityTimeoutSeconds, waitSeconds, signal }) {
      const command = new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: Math.min(maxMessages, 10),
        VisibilityTimeout: visibilityTimeoutSeconds,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: [
          'ApproximateReceiveCount',
          'MessageGroupId',
          'MessageDeduplicationId',
          'SentTimestamp',
          'DeadLetterQueueSourceArn',
        ],
        MessageAttributeNames: ['All'],
      });
      const timeout = timeoutSignal(system, waitSeconds * 1000 + answerMarginMs);
      const abortSignal = signal ? AbortSignal.any([signal, timeout]) : timeout;
      const { Messages = [] } = await client.send(command, { abortSignal });
      return Messages.map((message) => recordOf(message, Attributes.QueueArn!));
    },
  };
}

/** The name of the queue that a redrive policy names. */
function redriveTarget(policy = '{}'): string | undefined {
  const { deadLetterTargetArn } = JSON.parse(policy) as { deadLetterTargetArn?: string };
  return deadLetterTargetArn === undefined ? undefined : queueNameInArn(deadLetterTargetArn);
}

function recordOf(message: Message, queueArn: string): SQSRecord {
  const attributes = Object.entries(message.MessageAttributes ?? {});
  return {
    messageId: message.MessageId!,
    receiptHandle: message.ReceiptHandle!,
    body: message.Body!,
    attributes: message.Attributes as unknown as SQSRecordAttributes,
    messageAttributes: Object.fromEntries(attributes.map(([name, value]) => [name, attributeOf(value)])),
    md5OfBody: message.MD5OfBody!,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':')[3]!,
  };
}

function attributeOf({ DataType, StringValue, BinaryValue }: MessageAttributeValue): SQSMessageAttribute {
  return {
    dataType: DataType!,
    ...(StringValue !== undefined && { stringValue: StringValue }),
    ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
  };
}
