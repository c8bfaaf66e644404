import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { createOutage, nodeSystem } from 'girder-worker/internal/system';
import type { Queue } from '../emulators/resources.ts';
import { readBatchResponse } from './batchResponse.ts';
import type { LambdaFunction } from './lambdaFunction.ts';
import { createGroupOrder } from './messageGroups.ts';
import { sqsRecord } from './sqsEvent.ts';

export interface EventSourceMappingOptions {
  readonly sqs: SQSClient;
  readonly queue: Pick<Queue, 'url' | 'arn'>;
  readonly lambda: LambdaFunction;
  /** How many batches are processed at the same time. */
  readonly concurrency: number;
  /** The largest number of messages in a batch, at most 10. @default 10 */
  readonly batchSize?: number;
  /** How long a batch waits for more messages after its first one. @default 0 */
  readonly batchingWindowSeconds?: number;
  /** Called for each fault that left messages in the queue. One that lasts is told when it begins, once a minute, and when it is over. */
  readonly onFault: (fault: MappingFault) => void;
}

export interface MappingFault {
  readonly code: 'RECEIVE_FAILED' | 'RECEIVED_AGAIN' | 'INVOCATION_FAILED' | 'RESPONSE_INVALID' | 'DELETE_FAILED';
  readonly reason: string;
  readonly messageIds: readonly string[];
}

/** Invokes a function with the messages of a queue, as Lambda's event source mapping does with `ReportBatchItemFailures`. */
export interface EventSourceMapping {
  start(): void;
  /** Stops polling, waits up to `graceMs` for running invocations, and then kills the function with those that still run. */
  stop(graceMs: number): Promise<void>;
}

const longPollSeconds = 20; // The maximum of SQS.
const pauseAfterFaultMs = 1000;

/**
 * Messages that succeeded are deleted. Failed ones stay in the queue, hidden until their visibility timeout ends: only the
 * function itself may shorten it. After `maxReceiveCount` deliveries SQS moves them to the dead-letter queue.
 */
export function createEventSourceMapping(options: EventSourceMappingOptions): EventSourceMapping {
  const { sqs, queue, lambda, concurrency, onFault } = options;
  const { batchSize = 10, batchingWindowSeconds = 0 } = options;
  const stopping = new AbortController();
  const inGroupOrder = createGroupOrder();
  const tell = (code: 'RECEIVE_FAILED' | 'RECEIVED_AGAIN') => (reason: string) =>
    onFault({ code, reason, messageIds: [] });
  const receiving = createOutage({
    what: `Cannot receive from ${queue.url}`,
    ended: `Messages are received again from ${queue.url}`,
    ...{ log: { error: tell('RECEIVE_FAILED'), warn: tell('RECEIVED_AGAIN') }, level: 'error', system: nodeSystem },
  });
  let pollers: Promise<unknown> = Promise.resolve();

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      const batch = await receiveBatch();
      if (batch.length > 0) await inGroupOrder(batch, () => handle(batch));
    }
  }

  async function receiveBatch(): Promise<Message[]> {
    const batch = await receive(batchSize, longPollSeconds);
    const windowEndMs = nodeSystem.now() + batchingWindowSeconds * 1000;
    while (batch.length > 0 && batch.length < batchSize && !stopping.signal.aborted) {
      const remainingSeconds = Math.floor((windowEndMs - nodeSystem.now()) / 1000);
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
      receiving.succeeded();
      return Messages;
    } catch (error) {
      if (stopping.signal.aborted) return [];
      receiving.failed(error);
      await nodeSystem.sleep(pauseAfterFaultMs, stopping.signal);
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
    const result = readBatchResponse(response, messageIds);
    if ('invalid' in result) onFault({ code: 'RESPONSE_INVALID', reason: result.invalid, messageIds });
    else await remove(batch.filter(({ MessageId }) => !result.failed.has(MessageId!)));
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
      const pollersEnded = new AbortController();
      await Promise.race([pollers, nodeSystem.sleep(graceMs, pollersEnded.signal)]);
      pollersEnded.abort();
      await lambda.kill();
      await pollers;
    },
  };
}
