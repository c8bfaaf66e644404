import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  PurgeQueueCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  SQSServiceException,
} from '@aws-sdk/client-sqs';
import type { BrokerConnection } from '../../connections/connections.ts';
import { splitDeadLetterAttributes } from '../deadLetterAttributes.ts';
import type { ListedDeadLetter, QueueAdmin, QueueDepth, QueueStatus } from '../queueAdmin.ts';
import { queueNameInArn, sqsQueueName } from '../queueName.ts';
import { missingQueueError } from './missingQueueError.ts';

/** How long dead letters stay invisible while they are processed: enough to read a queue of thousands. */
const processingSeconds = 300;
/** SQS's limit for receives and for batch calls. */
const maxBatchSize = 10;

/** Returns the operations on the queues of a broker. */
export function connectQueueAdmin({ sqs, queueNamePrefix }: BrokerConnection): QueueAdmin {
  return createSqsQueueAdmin(new SQSClient({ ...sqs, useQueueUrlAsEndpoint: false }), queueNamePrefix);
}

export function createSqsQueueAdmin(client: SQSClient, queueNamePrefix = ''): QueueAdmin {
  const queueUrl = async (QueueName: string): Promise<string> => {
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName })).catch((error: unknown) => {
      if (!(error instanceof QueueDoesNotExist)) throw error;
      throw missingQueueError(QueueName, 'with --queue', error);
    });
    return QueueUrl!;
  };

  const readQueue = async (
    name: string,
  ): Promise<{ readonly depth: QueueDepth; readonly deadLetterQueueName: string | null }> => {
    const command = new GetQueueAttributesCommand({ QueueUrl: await queueUrl(name), AttributeNames: ['All'] });
    const { Attributes = {} } = await client.send(command);
    const { deadLetterTargetArn } = JSON.parse(Attributes.RedrivePolicy ?? '{}') as { deadLetterTargetArn?: string };
    const depth = {
      name,
      ready: Number(Attributes.ApproximateNumberOfMessages),
      inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
      delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed),
    };
    return {
      depth,
      deadLetterQueueName: deadLetterTargetArn === undefined ? null : queueNameInArn(deadLetterTargetArn),
    };
  };

  const status = async (queue: string): Promise<QueueStatus> => {
    const { depth, deadLetterQueueName } = await readQueue(sqsQueueName(queue, queueNamePrefix));
    return {
      ...depth,
      deadLetters: deadLetterQueueName === null ? null : (await readQueue(deadLetterQueueName)).depth,
    };
  };

  const receive = async (QueueUrl: string): Promise<Message[]> => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: maxBatchSize,
        VisibilityTimeout: processingSeconds,
        WaitTimeSeconds: 1, // A short poll asks only some of SQS's servers, and may find nothing in a queue with messages.
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    return Messages;
  };

  /** Whether messages of the queue with this SQS name become dead letters in `deadLetterQueue`. */
  const usesDeadLetterQueue = async (name: string, deadLetterQueue: string): Promise<boolean> => {
    try {
      return (await readQueue(name)).deadLetterQueueName === deadLetterQueue;
    } catch (error) {
      // It does not exist, may not be read, or has a name that SQS does not allow.
      const { cause = error } = error as Error;
      if (cause instanceof SQSServiceException && cause.$fault === 'client') return false;
      throw error;
    }
  };

  /** Sends a dead letter to the queue with this SQS name, without the attributes of the reason. */
  const redrive = async (message: Message, target: string): Promise<void> => {
    const { Attributes = {} } = message;
    const { sender } = splitDeadLetterAttributes(message.MessageAttributes);
    await client.send(
      new SendMessageCommand({
        QueueUrl: await queueUrl(target),
        MessageBody: message.Body,
        MessageAttributes: sender,
        MessageGroupId: Attributes.MessageGroupId,
        // The id must be a new one: a FIFO queue drops a message whose id it has seen within five minutes.
        ...(Attributes.MessageGroupId !== undefined && { MessageDeduplicationId: `redrive-${message.MessageId}` }),
      }),
    );
  };

  return {
    status,

    async purge(queue) {
      const { ready, inFlight, delayed } = await status(queue);
      await client.send(new PurgeQueueCommand({ QueueUrl: await queueUrl(sqsQueueName(queue, queueNamePrefix)) }));
      return ready + inFlight + delayed;
    },

    async processDeadLetters(queue, decide) {
      const { name, deadLetters } = await status(queue);
      const counts = { keep: 0, redrive: 0, drop: 0, refused: new Map<string, number>() };
      if (!deadLetters) return counts;
      const isTarget = new Map([[name, true]]);
      const QueueUrl = await queueUrl(deadLetters.name);
      const received = new Map<string, Message>(); // What is left here is made visible again, also after an error.
      try {
        // All are received before the first is redriven: a redriven message may soon be a dead letter again.
        await receiveAll(QueueUrl, received);
        for (const message of [...received.values()]) {
          const target = queueNameInArn(splitDeadLetterAttributes(message.MessageAttributes).reason?.queue ?? name);
          let action = decide(toDeadLetter(message));
          if (action === 'redrive') {
            if (!isTarget.has(target)) isTarget.set(target, await usesDeadLetterQueue(target, deadLetters.name));
            if (!isTarget.get(target)) {
              action = 'keep';
              counts.refused.set(target, (counts.refused.get(target) ?? 0) + 1);
            }
          }
          counts[action]++;
          if (action === 'keep') continue;
          if (action === 'redrive') await redrive(message, target);
          await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
          received.delete(message.MessageId!);
        }
      } finally {
        await makeVisible(QueueUrl, [...received.values()]);
      }
      return counts;
    },
  };

  /** Receives messages until the queue is empty, or until the first of them are visible again. */
  async function receiveAll(QueueUrl: string, received: Map<string, Message>): Promise<void> {
    for (let batch = await receive(QueueUrl); batch.length > 0; batch = await receive(QueueUrl)) {
      const isRepetition = batch.some(({ MessageId }) => received.has(MessageId!));
      for (const message of batch) received.set(message.MessageId!, message);
      if (isRepetition) return;
    }
  }

  async function makeVisible(QueueUrl: string, messages: readonly Message[]): Promise<void> {
    for (let from = 0; from < messages.length; from += maxBatchSize) {
      const Entries = messages.slice(from, from + maxBatchSize).map(({ ReceiptHandle }, index) => ({
        Id: String(index),
        ReceiptHandle,
        VisibilityTimeout: 0,
      }));
      await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
    }
  }
}

function toDeadLetter({ MessageId, Body, Attributes, MessageAttributes }: Message): ListedDeadLetter {
  const { reason } = splitDeadLetterAttributes(MessageAttributes);
  return {
    messageId: MessageId!,
    body: Body!,
    sentMs: Number(Attributes?.SentTimestamp),
    code: reason?.code ?? null,
    reason: reason?.reason ?? null,
  };
}
