import { setTimeout as delay } from 'node:timers/promises';
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Queue } from '../emulators/resources.ts';
import { readBatchResponse } from './batchResponse.ts';
import type { LambdaFunction } from './lambdaFunction.ts';
import { createGroupOrder } from './messageGroups.ts';
import { sqsRecord } from './sqsEvent.ts';

export interface EventSourceMappingOptions {
  readonly sqs: SQSClient;
  readonly queue: Queue;
  readonly lambda: LambdaFunction;
  /** Batches at once. */
  readonly concurrency: number;
  /** Messages per batch, at most 10. @default 10 */
  readonly batchSize?: number;
  /** How long a batch waits for more messages after its first. @default 0 */
  readonly batchingWindowSeconds?: number;
  /** Told of whatever made messages stay in the queue, or could not be deleted from it. */
  readonly onFault: (fault: MappingFault) => void;
}

export interface MappingFault {
  readonly code: 'RECEIVE_FAILED' | 'INVOCATION_FAILED' | 'RESPONSE_INVALID' | 'DELETE_FAILED';
  readonly reason: string;
  readonly messageIds: readonly string[];
}

/** Hands the messages of a queue to a function, as Lambda's event-source mapping does with `ReportBatchItemFailures`. */
export interface EventSourceMapping {
  start(): void;
  /** Takes no more messages, lets running invocations end for so long, and then kills them and the function. */
  stop(graceMs: number): Promise<void>;
}

const longPollSeconds = 20; // The longest that SQS waits.
const pauseAfterFaultMs = 1000;

/**
 * What the function reports as failed stays in the queue, hidden until its visibility timeout ends: only the function
 * itself may shorten it. After enough deliveries SQS makes it a dead letter.
 */
export function createEventSourceMapping(options: EventSourceMappingOptions): EventSourceMapping {
  const { sqs, queue, lambda, concurrency, onFault } = options;
  const { batchSize = 10, batchingWindowSeconds = 0 } = options;
  const stopping = new AbortController();
  const inGroupOrder = createGroupOrder();
  let pollers: Promise<unknown> = Promise.resolve();

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      const batch = await receiveBatch();
      if (batch.length > 0) await inGroupOrder(batch, () => handle(batch));
    }
  }

  async function receiveBatch(): Promise<Message[]> {
    const batch = await receive(batchSize, longPollSeconds);
    const windowEndMs = Date.now() + batchingWindowSeconds * 1000;
    while (batch.length > 0 && batch.length < batchSize && !stopping.signal.aborted) {
      const remainingSeconds = Math.floor((windowEndMs - Date.now()) / 1000);
      if (remainingSeconds <= 0) break;
      batch.push(...(await receive(batchSize - batch.length, Math.min(remainingSeconds, longPollSeconds))));
    }
    return batch;
  }

  async function receive(MaxNumberOfMessages: number, WaitTimeSeconds: number): Promise<Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: queue.url,
      MaxNumberOfMessages,
      WaitTimeSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    try {
      const { Messages = [] } = await sqs.send(command, { abortSignal: stopping.signal });
      return Messages;
    } catch (error) {
      if (stopping.signal.aborted) return [];
      onFault({ code: 'RECEIVE_FAILED', reason: String(error), messageIds: [] });
      await delay(pauseAfterFaultMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      return [];
    }
  }

  async function handle(batch: readonly Message[]): Promise<void> {
    const messageIds = batch.map(({ MessageId }) => MessageId!);
    let response: unknown;
    try {
      response = await lambda.invoke({ Records: batch.map((message) => sqsRecord(message, queue.arn)) });
    } catch (error) {
      onFault({
        code: 'INVOCATION_FAILED',
        reason: error instanceof Error ? error.message : String(error),
        messageIds,
      });
      return;
    }
    const verdict = readBatchResponse(response, messageIds);
    if ('invalid' in verdict) onFault({ code: 'RESPONSE_INVALID', reason: verdict.invalid, messageIds });
    else await remove(batch.filter(({ MessageId }) => !verdict.failed.has(MessageId!)));
  }

  async function remove(messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return;
    const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    const fault = (reason: string, failed: readonly Message[]) =>
      onFault({ code: 'DELETE_FAILED', reason, messageIds: failed.map(({ MessageId }) => MessageId!) });
    try {
      const { Failed = [] } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries }));
      for (const { Id, Code, Message: text } of Failed) fault(`${Code}: ${text}`, [messages[Number(Id)]!]);
    } catch (error) {
      fault(String(error), messages);
    }
  }

  return {
    start() {
      pollers = Promise.all(Array.from({ length: concurrency }, poll));
    },
    async stop(graceMs) {
      stopping.abort();
      const graceOver = new AbortController();
      await Promise.race([pollers, delay(graceMs, undefined, { signal: graceOver.signal }).catch(() => undefined)]);
      graceOver.abort();
      await lambda.kill();
      await pollers;
    },
  };
}
