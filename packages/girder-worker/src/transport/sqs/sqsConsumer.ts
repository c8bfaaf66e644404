import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSRecord, SQSRecordAttributes } from 'aws-lambda';
import { parseBrokerUrl } from '../../connections/brokerUrl.ts';
import { clientSettings } from '../../connections/clientSettings.ts';
import type { QueueConsumer } from '../queueConsumer.ts';
import { sqsQueueName } from '../queueName.ts';

/** How much later than promised an answer may come before its connection counts as lost. */
const answerMarginMs = 10_000;

/**
 * Celery queues of the broker that the environment names (GIRDER_WORKER_BROKER, GIRDER_WORKER_QUEUE_NAME_PREFIX, and the AWS
 * SDK's own variables). Throws an Error that says what is wrong with the URL. The function rejects with one that says what
 * to do where there is no such queue, and with the SDK's errors.
 */
export function connectConsumers(env: NodeJS.ProcessEnv): (celeryQueue: string) => Promise<QueueConsumer> {
  const broker = parseBrokerUrl(env.GIRDER_WORKER_BROKER ?? 'sqs://');
  const client = new SQSClient({ ...clientSettings(env, 'SQS', broker), useQueueUrlAsEndpoint: false });
  return (celeryQueue) => createSqsConsumer(client, sqsQueueName(celeryQueue, env.GIRDER_WORKER_QUEUE_NAME_PREFIX));
}

export async function createSqsConsumer(client: SQSClient, name: string): Promise<QueueConsumer> {
  const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: name })).catch((error: unknown) => {
    if (!(error instanceof QueueDoesNotExist)) throw error;
    throw new Error(
      `There is no SQS queue "${name}". Deploy the stack, start \`npm run dev\`, or name other queues with -Q.`,
      { cause: error },
    );
  });
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn', 'RedrivePolicy'] }),
  );

  return {
    name,
    arn: Attributes.QueueArn!,
    isFifo: name.endsWith('.fifo'),
    hasDeadLetterQueue: Attributes.RedrivePolicy !== undefined,
    async receive({ maxMessages, visibilityTimeoutSeconds, waitSeconds, signal }) {
      const command = new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: Math.min(maxMessages, 10),
        VisibilityTimeout: visibilityTimeoutSeconds,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['ApproximateReceiveCount', 'MessageGroupId', 'SentTimestamp'],
      });
      const tooLate = AbortSignal.timeout(waitSeconds * 1000 + answerMarginMs);
      const abortSignal = signal ? AbortSignal.any([signal, tooLate]) : tooLate;
      const { Messages = [] } = await client.send(command, { abortSignal });
      return Messages.map((message) => recordOf(message, Attributes.QueueArn!));
    },
  };
}

function recordOf({ MessageId, ReceiptHandle, Body, Attributes, MD5OfBody }: Message, queueArn: string): SQSRecord {
  return {
    messageId: MessageId!,
    receiptHandle: ReceiptHandle!,
    body: Body!,
    attributes: Attributes as unknown as SQSRecordAttributes,
    messageAttributes: {},
    md5OfBody: MD5OfBody!,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':')[3]!,
  };
}
