import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Emulators } from '../../packages/girder-worker/src/local/emulators.ts';
import { createQueue } from '../../packages/girder-worker/src/local/resources.ts';
import { table } from './function.ts';
import { cpuOf, repeat } from './rounds.ts';

/**
 * What the emulators can do at most: messages are received and deleted by tens, and for each one item is updated twice,
 * by nobody but the AWS SDK.
 */
export async function measureCeiling(emulators: Emulators, sqs: SQSClient, queue: string, count: number) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const dynamodb = new DynamoDBClient({ endpoint: emulators.dynamodbEndpoint, region: 'us-east-1', credentials });
  const { url: QueueUrl } = await createQueue(sqs, { name: queue, visibilityTimeoutSeconds: 300, maxReceiveCount: 10 });
  await repeat(count / 10, 4, async () => {
    const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: `${index}`, MessageBody: 'x'.repeat(1000) }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  });
  const update = async (id: string, text: string) => {
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: table,
        Key: { id: { S: id } },
        UpdateExpression: 'SET #result = :result',
        ExpressionAttributeNames: { '#result': 'result' },
        ExpressionAttributeValues: { ':result': { B: Buffer.from(text) } },
      }),
    );
  };
  const { cpuUs, elapsedMs } = await cpuOf(() =>
    repeat(count / 10, 2, async () => {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      await Promise.all(
        Messages.map(async ({ MessageId = '' }) => {
          await update(MessageId, '{"status": "STARTED"}');
          await update(MessageId, '{"status": "SUCCESS"}');
        }),
      );
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }),
  );
  dynamodb.destroy();
  return { perSecond: (count / elapsedMs) * 1000, cpuMs: cpuUs / 1000 / count };
}
