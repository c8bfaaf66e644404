import type { BrokerConnection } from '../connections/connections.ts';
import { createDeadLetterConsumer } from '../dispatch/deadLetters.ts';
import type { DeliveryFaults } from '../dispatch/deliveryFaults.ts';
import type { LeaseOptions } from '../dispatch/deps.ts';
import type { DispatcherOptions } from '../dispatch/dispatcher.ts';
import type { Log } from '../events/log.ts';
import type { QueueConsumer } from '../transport/queueConsumer.ts';
import { connectConsumers } from '../transport/sqs/sqsConsumer.ts';
import { connectTransport } from '../transport/sqs/sqsTransport.ts';
import { type Poller, startPoller } from './poller.ts';

export interface DeadLettersOptions {
  /** Those of the dispatcher of the same worker. */
  readonly parts: DispatcherOptions;
  readonly queues: readonly QueueConsumer[];
  readonly broker: BrokerConnection;
  readonly lease: LeaseOptions;
  /** Shared with the dispatcher: an outage of the table is one for both. */
  readonly faults: DeliveryFaults;
  readonly log: Log;
}

/**
 * Consumes the undelivered messages of the queues of a worker, one at a time, if SQS moves them to a queue that has a dead-letter queue of its own. A
 * function may do the same beside it. Returns the function that stops it, when the message that is being processed is settled.
 */
export function startDeadLetters(options: DeadLettersOptions): () => Promise<void> {
  let isStopped = false;
  const started = start(options, () => isStopped);
  return async () => {
    isStopped = true;
    await (await started)?.drain();
  };
}

async function start(options: DeadLettersOptions, isStopped: () => boolean): Promise<Poller | undefined> {
  const { parts, broker, lease, faults, log } = options;
  const queues = await openInboxes(options);
  if (queues.length === 0 || isStopped()) return undefined;
  // Its dead-letter queue is the redrive target of the queue that it consumes, whatever the environment says.
  const transport = connectTransport({ ...broker, deadLetterQueueUrl: undefined });
  const dispatch = createDeadLetterConsumer({ ...parts, transport });
  return startPoller({ queues, dispatch, transport, concurrency: 1, lease, faults, log });
}

/** The queues of undelivered messages. One that may not be read, or does not exist, is left to others. */
async function openInboxes({ queues, broker, log }: DeadLettersOptions): Promise<QueueConsumer[]> {
  const { openByName } = connectConsumers(broker);
  const opened = queues.map(async ({ name, undelivered }) => {
    try {
      const inbox = await undelivered();
      return inbox === undefined ? [] : [await openByName(inbox)];
    } catch (error) {
      log.warn(
        `This worker does not fail the tasks of undelivered messages of queue ${name}: ${(error as Error).message}`,
      );
      return [];
    }
  });
  // Queues may share one.
  return [...new Map((await Promise.all(opened)).flat().map((queue) => [queue.name, queue])).values()];
}
