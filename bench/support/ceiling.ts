import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { ResultStore } from '../../packages/girder-worker/src/store/resultStore.ts';
import { createQueue } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { table } from './function.ts';
import { cpuOf, repeat } from './rounds.ts';

export interface Ceiling {
  readonly sqs: SQSClient;
  /** The name of a queue that does not exist yet. */
  readonly queue: string;
  /** A multiple of 10. */
  readonly count: number;
  readonly twoWrites: (id: string) => Promise<void>;
}

/**
 * Measures the upper limit of the emulators: messages are received and deleted in batches of 10, and one item is written
 * twice for each message.
 */
export async function measureCeiling({ sqs, queue, count, twoWrites }: Ceiling) {
  const { url: QueueUrl } = await createQueue(sqs, { name: queue, visibilityTimeoutSeconds: 300, maxReceiveCount: 10 });
  await repeat(count / 10, 4, async () => {
    const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: `${index}`, MessageBody: 'x'.repeat(1000) }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  });
  const { cpuUs, elapsedMs } = await cpuOf(() =>
    repeat(count / 10, 2, async () => {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      await Promise.all(Messages.map(({ MessageId = '' }) => twoWrites(MessageId)));
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }),
  );
  return { perSecond: (count / elapsedMs) * 1000, cpuMs: cpuUs / 1000 / count };
}

/** The two cheapest writes: a few bytes without a condition. */
export function plainWrites(client: DynamoDBClient): (id: string) => Promise<void> {
  const update = (id: string, text: string) =>
    client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: { id: { S: id } },
        UpdateExpression: 'SET #result = :result',
        ExpressionAttributeNames: { '#result': 'result' },
        ExpressionAttributeValues: { ':result': { B: Buffer.from(text) } },
      }),
    );
  return async (id) => {
    await update(id, '{"status": "STARTED"}');
    await update(id, '{"status": "SUCCESS"}');
  };
}

/** The two writes of the dispatcher, with their conditions. */
export function fencedWrites(store: ResultStore): (id: string) => Promise<void> {
  return async (id) => {
    const lease = { owner: id, leaseEndMs: Date.now() + 60_000, epoch: 0, ignoreResult: false };
    const claim = { id, ...lease, worker: { pid: process.pid, hostname: 'bench' } };
    await store.claim(claim);
    await store.complete(claim, { state: 'SUCCESS', resultJson: 'null' }, noContext);
  };
}

const noContext = { group: null, parentId: null };
