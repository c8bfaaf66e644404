import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { localCredentials, localRegion } from './credentials.ts';

export interface QueueSettings {
  /** A queue is FIFO if its name ends in `.fifo`. */
  readonly name: string;
  /** At least the function's timeout, as Lambda demands: until then a message that was handed to it stays hidden. */
  readonly visibilityTimeoutSeconds: number;
  /** Deliveries before a message becomes a dead letter. */
  readonly maxReceiveCount: number;
}

export interface Queue {
  readonly url: string;
  readonly arn: string;
  readonly deadLetterUrl: string;
}

export function localSqsClient(endpoint: string): SQSClient {
  return new SQSClient({ endpoint, region: localRegion, credentials: localCredentials, useQueueUrlAsEndpoint: false });
}

/** Creates a queue, and its dead-letter queue `<name>-dead-letters`, as the deployed stack has them. */
export async function createQueue(
  sqs: SQSClient,
  { name, visibilityTimeoutSeconds, maxReceiveCount }: QueueSettings,
): Promise<Queue> {
  const isFifo = name.endsWith('.fifo');
  const create = async (
    QueueName: string,
    attributes: Record<string, string>,
  ): Promise<{ url: string; arn: string }> => {
    const Attributes = { ...attributes, ...(isFifo && { FifoQueue: 'true' }) };
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    const read = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    return { url: QueueUrl!, arn: read.Attributes!.QueueArn! };
  };

  const deadLetters = await create(isFifo ? name.replace(/\.fifo$/, '-dead-letters.fifo') : `${name}-dead-letters`, {});
  const queue = await create(name, {
    VisibilityTimeout: String(visibilityTimeoutSeconds),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount }),
  });
  return { ...queue, deadLetterUrl: deadLetters.url };
}

/** Creates the table of results, with Celery's key (wire specification §3). */
export async function createResultTable(endpoint: string, TableName: string): Promise<void> {
  const client = new DynamoDBClient({ endpoint, region: localRegion, credentials: localCredentials });
  try {
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
  } finally {
    client.destroy();
  }
}
