import { CreateTableCommand, DynamoDBClient, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { localCredentials, localRegion } from './credentials.ts';

export interface QueueSettings {
  /** The name in SQS. The queue is FIFO if the name ends in `.fifo`. */
  readonly name: string;
  /** How long a received message stays hidden. Lambda requires at least the timeout of the function. */
  readonly visibilityTimeoutSeconds: number;
  /** The number of deliveries after which SQS moves a message to the dead-letter queue. */
  readonly maxReceiveCount: number;
  /** How long a message stays hidden that the consumer of dead letters has received. @default there is no queue for it */
  readonly undeliveredTimeoutSeconds?: number;
}

interface CreatedQueue {
  readonly url: string;
  readonly arn: string;
}

export interface Queue extends CreatedQueue {
  readonly deadLetterUrl: string;
  readonly deadLetterArn: string;
  /** The queue between the two, which the consumer of dead letters receives from; undefined if there is none. */
  readonly undelivered: CreatedQueue | undefined;
}

/** As in the deployed stack (infra/queues.cjs). */
const maxUndeliveredCount = 110;

export function localSqsClient(endpoint: string): SQSClient {
  return new SQSClient({ endpoint, region: localRegion, credentials: localCredentials, useQueueUrlAsEndpoint: false });
}

/**
 * Creates a queue and its dead-letter queue `<name>-dead-letters`; between them `<name>-undelivered`, if its visibility timeout is given, as
 * in the deployed stack (infra/queues.cjs).
 */
export async function createQueue(
  sqs: SQSClient,
  { name, visibilityTimeoutSeconds, maxReceiveCount, undeliveredTimeoutSeconds }: QueueSettings,
): Promise<Queue> {
  const isFifo = name.endsWith('.fifo');
  const create = async (end: string, attributes: Record<string, string>): Promise<CreatedQueue> => {
    const QueueName = name.replace(/(\.fifo)?$/, `${end}$1`);
    const Attributes = { ...attributes, ...(isFifo && { FifoQueue: 'true' }) };
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    const read = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    return { url: QueueUrl!, arn: read.Attributes!.QueueArn! };
  };

  const settings = (timeoutSeconds: number, { arn }: CreatedQueue, maxReceives: number) => ({
    VisibilityTimeout: String(timeoutSeconds),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: maxReceives }),
  });

  const deadLetters = await create('-dead-letters', {});
  const undelivered =
    undeliveredTimeoutSeconds === undefined
      ? undefined
      : await create('-undelivered', settings(undeliveredTimeoutSeconds, deadLetters, maxUndeliveredCount));
  const queue = await create('', settings(visibilityTimeoutSeconds, undelivered ?? deadLetters, maxReceiveCount));
  return { ...queue, deadLetterUrl: deadLetters.url, deadLetterArn: deadLetters.arn, undelivered };
}

/** Creates the result table with Celery's key schema (docs/wire-format.md §3) and a time to live, as in the deployed stack (infra/table.cjs). */
export function createResultTable(endpoint: string, table: string): Promise<void> {
  return createTable(endpoint, table, ['id']);
}

/** Creates the table of the history, as in the deployed stack (infra/history.cjs). */
export function createHistoryTable(endpoint: string, table: string): Promise<void> {
  return createTable(endpoint, table, ['shard', 'at']);
}

/** Creates a table with a partition key, perhaps a sort key, and a time to live. Both keys are strings. */
async function createTable(endpoint: string, TableName: string, keys: readonly string[]): Promise<void> {
  const client = new DynamoDBClient({ endpoint, region: localRegion, credentials: localCredentials });
  try {
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: keys.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
      }),
    );
    const TimeToLiveSpecification = { AttributeName: 'ttl', Enabled: true };
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  } finally {
    client.destroy();
  }
}
