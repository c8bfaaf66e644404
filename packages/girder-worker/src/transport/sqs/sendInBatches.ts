import { isFifo } from '../queueName.ts';
import type { PublishedMessage, RefusedMessage } from '../transport.ts';
import { maxBatchBytes, maxEntries } from './batchCall.ts';

/** The most requests at the same time. */
const maxConcurrency = 5;

/** Messages for one queue that are sent in one request. */
interface Batch<Message> {
  readonly messages: Message[];
  bytes: number;
}

export interface SendOptions<Message extends PublishedMessage> {
  /** The name of the queue of a message in SQS. */
  readonly queueOf: (message: Message) => string;
  /** Sends messages to their queue in one request. Resolves to those that are refused. */
  readonly send: (queue: string, messages: readonly Message[]) => Promise<readonly RefusedMessage<Message>[]>;
}

/**
 * Sends messages in as few requests as SQS's limits allow, in their order for a FIFO queue. Takes them from the iterator as they are
 * needed. Resolves to the messages that are refused. After the first request that fails no further one begins; rejects with its error when
 * those under way have ended.
 */
export async function sendInBatches<Message extends PublishedMessage>(
  messages: AsyncIterable<Message> | Iterable<Message>,
  { queueOf, send }: SendOptions<Message>,
): Promise<readonly RefusedMessage<Message>[]> {
  const refused: RefusedMessage<Message>[] = [];
  const batches = new Map<string, Batch<Message>>();
  const underWay = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;

  const start = async (queue: string, batch: Batch<Message>) => {
    if (failure) return;
    const sent = send(queue, batch.messages)
      .then((more) => void refused.push(...more))
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => underWay.delete(sent));
    underWay.add(sent);
    if (isFifo(queue)) await sent;
    else if (underWay.size >= maxConcurrency) await Promise.race(underWay);
  };

  for await (const message of messages) {
    if (failure) break;
    const queue = queueOf(message);
    const bytes = Buffer.byteLength(message.body);
    let batch = batches.get(queue);
    if (batch && (batch.messages.length === maxEntries || batch.bytes + bytes > maxBatchBytes)) {
      await start(queue, batch);
      batch = undefined;
    }
    batch ??= { messages: [], bytes: 0 };
    batch.messages.push(message);
    batch.bytes += bytes;
    batches.set(queue, batch);
  }
  for (const [queue, batch] of batches) await start(queue, batch);
  await Promise.all(underWay);
  if (failure) throw failure.error;
  return refused;
}
