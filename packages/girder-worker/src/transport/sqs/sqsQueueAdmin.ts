import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  PurgeQueueCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
  SQSServiceException,
} from '@aws-sdk/client-sqs';
import type { BrokerConnection } from '../../connections/connections.ts';
import { nodeSystem } from '../../system/nodeSystem.ts';
import type { System } from '../../system/system.ts';
import { splitDeadLetterAttributes } from '../deadLetterAttributes.ts';
import type { ListedDeadLetter, QueueAdmin, QueueDepth, QueueStatus } from '../queueAdmin.ts';
import { isFifo, queueNameInArn, sqsQueueName } from '../queueName.ts';
import { callWithEntries, maxEntries } from './batchCall.ts';
import { batchesOf, type DecidedLetter } from './deadLetterBatches.ts';
import { missingQueueError } from './missingQueueError.ts';

/** How long dead letters stay invisible while they are processed: enough to read a queue of thousands. */
const processingSeconds = 300;

/** Returns the operations on the queues of a broker. */
export function connectQueueAdmin({ sqs, queueNamePrefix }: BrokerConnection): QueueAdmin {
  return createSqsQueueAdmin(new SQSClient({ ...sqs, useQueueUrlAsEndpoint: false }), queueNamePrefix);
}

export function createSqsQueueAdmin(
  client: Pick<SQSClient, 'send'>,
  queueNamePrefix = '',
  system: Pick<System, 'sleep' | 'random'> = nodeSystem,
): QueueAdmin {
  const queueUrl = async (QueueName: string): Promise<string> => {
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName })).catch((error: unknown) => {
      if (!(error instanceof QueueDoesNotExist)) throw error;
      throw missingQueueError(QueueName, 'with --queue', error);
    });
    return QueueUrl!;
  };

  const readQueue = async (name: string): Promise<{ readonly depth: QueueDepth; readonly target: string | null }> => {
    const command = new GetQueueAttributesCommand({ QueueUrl: await queueUrl(name), AttributeNames: ['All'] });
    const { Attributes = {} } = await client.send(command);
    const { deadLetterTargetArn } = JSON.parse(Attributes.RedrivePolicy ?? '{}') as { deadLetterTargetArn?: string };
    const depth = {
      name,
      ready: Number(Attributes.ApproximateNumberOfMessages),
      inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
      delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed),
    };
    return { depth, target: deadLetterTargetArn === undefined ? null : queueNameInArn(deadLetterTargetArn) };
  };

  /**
   * The queue in which the dead letters of a queue with this redrive target stay. Between the two is the queue of undelivered messages,
   * if a function consumes these: it has a redrive target, too.
   */
  const readDeadLetterQueue = async (target: string | null): Promise<QueueDepth | null> => {
    const passed = new Set<string>();
    for (let name = target; name !== null && !passed.has(name); ) {
      const { depth, target: next } = await readQueue(name);
      if (next === null) return depth;
      passed.add(name);
      name = next;
    }
    return null;
  };

  const status = async (queue: string): Promise<QueueStatus> => {
    const { depth, target } = await readQueue(sqsQueueName(queue, queueNamePrefix));
    return { ...depth, deadLetters: await readDeadLetterQueue(target) };
  };

  const receive = async (QueueUrl: string): Promise<Message[]> => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: maxEntries,
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
      return (await readDeadLetterQueue((await readQueue(name)).target))?.name === deadLetterQueue;
    } catch (error) {
      // It does not exist, may not be read, or has a name that SQS does not allow.
      const { cause = error } = error as Error;
      if (cause instanceof SQSServiceException && cause.$fault === 'client') return false;
      throw error;
    }
  };

  /**
   * Sends dead letters to the queue with this SQS name. They keep the attributes of the reason: by them the dispatcher takes the failure back
   * that was stored for a letter. Resolves to the error of each that was refused.
   */
  const redrive = async (letters: readonly DecidedLetter[], target: string) => {
    const QueueUrl = await queueUrl(target);
    const entries = letters.map(({ message: { MessageId, Body, Attributes = {}, MessageAttributes } }) => ({
      MessageBody: Body!,
      MessageAttributes,
      MessageGroupId: Attributes.MessageGroupId,
      // The id must be a new one: a FIFO queue drops a message whose id it has seen within five minutes.
      ...(isFifo(target) && { MessageDeduplicationId: `redrive-${MessageId}` }),
    }));
    const send = (Entries: ((typeof entries)[number] & { Id: string })[]) =>
      client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    return callWithEntries(entries, send, system);
  };

  return {
    status,

    async purge(queue) {
      const { ready, inFlight, delayed } = await status(queue);
      await client.send(new PurgeQueueCommand({ QueueUrl: await queueUrl(sqsQueueName(queue, queueNamePrefix)) }));
      return ready + inFlight + delayed;
    },

    async processDeadLetters(queue, decide, { isDone = () => false, onProgress = () => undefined } = {}) {
      const { name, deadLetters } = await status(queue);
      const counts = { keep: 0, redrive: 0, drop: 0, refused: new Map<string, number>() };
      if (!deadLetters) return counts;
      const QueueUrl = await queueUrl(deadLetters.name);
      const isTarget = new Map([[name, true]]);
      const received = new Map<string, Message>(); // What is left here is made visible again, also after an error.
      const decided: DecidedLetter[] = [];

      const decideOn = async (message: Message): Promise<void> => {
        const target = queueNameInArn(splitDeadLetterAttributes(message.MessageAttributes).reason?.queue ?? name);
        const action = await decide(toDeadLetter(message));
        if (action === 'redrive') {
          if (!isTarget.has(target)) isTarget.set(target, await usesDeadLetterQueue(target, deadLetters.name));
          if (!isTarget.get(target)) {
            counts.refused.set(target, (counts.refused.get(target) ?? 0) + 1);
            counts.keep++;
            return;
          }
        }
        if (action === 'keep') counts.keep++;
        else decided.push({ message, action, target });
      };

      try {
        // All are received before the first is redriven: a redriven message may soon be a dead letter again.
        for (let isNew = true; isNew && !isDone(); ) {
          const batch = await receive(QueueUrl);
          const fresh = batch.filter(({ MessageId }) => !received.has(MessageId!));
          for (const message of batch) received.set(message.MessageId!, message);
          for (const message of fresh) if (!isDone()) await decideOn(message);
          isNew = batch.length > 0 && fresh.length === batch.length; // Otherwise the first of them are visible again.
          onProgress('received', received.size);
        }
        for (const letters of batchesOf(decided)) {
          await settle(QueueUrl, letters, ({ message, action }) => {
            counts[action]++;
            received.delete(message.MessageId!);
          });
          onProgress('processed', counts.redrive + counts.drop);
        }
      } finally {
        await makeVisible(QueueUrl, [...received.values()]);
      }
      return counts;
    },
  };

  /** Sends the messages back that are to be redriven, and deletes the dead letters. Throws the first error when all that can be done is done. */
  async function settle(
    QueueUrl: string,
    letters: readonly DecidedLetter[],
    onDone: (letter: DecidedLetter) => void,
  ): Promise<void> {
    const [{ action, target }] = letters as [DecidedLetter];
    const errors = action === 'redrive' ? await redrive(letters, target) : letters.map(() => undefined);
    const done = letters.filter((_, index) => errors[index] === undefined);
    const entries = done.map(({ message: { ReceiptHandle } }) => ({ ReceiptHandle }));
    if (entries.length > 0) {
      const failures = await callWithEntries(
        entries,
        (Entries) => client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries })),
        system,
      );
      done.forEach((letter, index) => {
        if (failures[index] === undefined) onDone(letter);
      });
      throwFirst(failures);
    }
    throwFirst(errors);
  }

  async function makeVisible(QueueUrl: string, messages: readonly Message[]): Promise<void> {
    for (let from = 0; from < messages.length; from += maxEntries) {
      const Entries = messages.slice(from, from + maxEntries).map(({ ReceiptHandle }, index) => ({
        Id: String(index),
        ReceiptHandle,
        VisibilityTimeout: 0,
      }));
      await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
    }
  }
}

function throwFirst(errors: readonly (Error | undefined)[]): void {
  const error = errors.find((found) => found !== undefined);
  if (error) throw error;
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
