import {
  ChangeMessageVisibilityCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { clientSettings } from '../aws/clientSettings.ts';
import { parseBrokerUrl } from './brokerUrl.ts';
import { sqsQueueName } from './queueName.ts';
import type { Transport } from './transport.ts';

/** The longest that SQS hides a message. */
const visibilityLimitSeconds = 12 * 3600;

export interface SqsTransportOptions {
  readonly client: SQSClient;
  /** Absent for clients: only a dispatcher has dead letters. */
  readonly deadLetterQueueUrl?: string | undefined;
}

/** The transport that the environment names: GIRDER_WORKER_BROKER, and the AWS SDK's own variables. */
export function connectTransport(env: NodeJS.ProcessEnv): Transport {
  const broker = parseBrokerUrl(env.GIRDER_WORKER_BROKER ?? 'sqs://');
  const client = new SQSClient({
    ...clientSettings(env, 'SQS', broker),
    useQueueUrlAsEndpoint: false, // An emulator's queue URLs may name hosts that do not resolve.
  });
  return createSqsTransport({ client, deadLetterQueueUrl: env.GIRDER_WORKER_DEAD_LETTER_QUEUE_URL });
}

export function createSqsTransport({ client, deadLetterQueueUrl }: SqsTransportOptions): Transport {
  const queueUrls = new Map<string, string>();

  const queueUrl = async (QueueName: string): Promise<string> => {
    const known = queueUrls.get(QueueName);
    if (known !== undefined) return known;
    const { QueueUrl = '' } = await client.send(new GetQueueUrlCommand({ QueueName })).catch((error: unknown) => {
      if (!(error instanceof QueueDoesNotExist)) throw error;
      throw new Error(
        `There is no SQS queue "${QueueName}". Deploy the stack, start \`npm run dev\`, or name another queue: app.config.update({ taskDefaultQueue: '…' }).`,
        { cause: error },
      );
    });
    queueUrls.set(QueueName, QueueUrl);
    return QueueUrl;
  };

  return {
    async publish(MessageBody, { queue }) {
      await client.send(new SendMessageCommand({ QueueUrl: await queueUrl(sqsQueueName(queue)), MessageBody }));
    },

    async deadLetter({ body, code, reason, queueArn }) {
      if (!deadLetterQueueUrl)
        throw new Error(
          'GIRDER_WORKER_DEAD_LETTER_QUEUE_URL is not set: there is no queue for messages that cannot be run.',
        );
      await client.send(
        new SendMessageCommand({
          QueueUrl: deadLetterQueueUrl,
          MessageBody: body,
          MessageAttributes: {
            code: { DataType: 'String', StringValue: code },
            reason: { DataType: 'String', StringValue: reason.slice(0, 1024) },
            queue: { DataType: 'String', StringValue: queueArn },
          },
        }),
      );
    },

    async changeVisibility({ queueArn, receiptHandle }, seconds) {
      const QueueUrl = await queueUrl(queueArn.slice(queueArn.lastIndexOf(':') + 1));
      const VisibilityTimeout = Math.max(0, Math.min(Math.ceil(seconds), visibilityLimitSeconds));
      await client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout }),
      );
    },
  };
}
