import { randomUUID } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import { toDelivery } from '../dispatch/delivery.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import { visibilityTimeoutSeconds } from '../dispatch/leaseKeeper.ts';
import { repeatedly } from '../dispatch/repeatedly.ts';
import type { LeaseOptions } from '../dispatch/stations.ts';
import type { Log } from '../events/log.ts';
import type { QueueConsumer } from '../transport/queueConsumer.ts';
import type { Receipt, Transport } from '../transport/transport.ts';
import { describeError, retryUntil } from './retryUntil.ts';
import { Semaphore } from './semaphore.ts';

/**
 * How long a request waits for messages. It is never broken off, as SQS may be answering it just then, and what is lost on
 * the way stays hidden for a lease: so long an idle worker takes to shut down.
 */
const waitSeconds = 5;

export interface PollerOptions {
  readonly queues: readonly QueueConsumer[];
  readonly dispatch: Dispatcher;
  readonly transport: Pick<Transport, 'acknowledge' | 'changeVisibility'>;
  /** Tasks at once. */
  readonly concurrency: number;
  readonly renewal: LeaseOptions;
  readonly log: Log;
}

export interface Poller {
  /** Takes no more messages; resolves when what was taken has been run, and the rest is back in its queue. */
  drain(): Promise<void>;
}

/** Takes messages from queues, as many as there are slots for, and hands each to the dispatcher by itself. */
export function startPoller({ queues, dispatch, transport, concurrency, renewal, log }: PollerOptions): Poller {
  const slots = new Semaphore(concurrency);
  const stopping = new AbortController();
  const handled = new Set<Promise<void>>();
  const polled = Promise.all(queues.map(poll));

  async function poll(queue: QueueConsumer): Promise<void> {
    while (await slots.whenAvailable()) {
      for (const record of await receive(queue)) {
        const handling = handle(record).finally(() => handled.delete(handling));
        handled.add(handling);
      }
    }
  }

  async function receive(queue: QueueConsumer): Promise<SQSRecord[]> {
    // Of two messages of a group the second may not begin before the first has ended; SQS sees to that, delivery by delivery.
    const maxMessages = queue.isFifo ? 1 : Math.max(1, slots.available);
    let isLost = false;
    const records = await retryUntil(
      () =>
        queue.receive({
          maxMessages,
          visibilityTimeoutSeconds: visibilityTimeoutSeconds(renewal),
          waitSeconds,
        }),
      {
        isTransient: () => true, // Whatever it is, somebody may set it right while the worker waits.
        signal: stopping.signal,
        onFault(error, restSeconds) {
          if (!isLost) log.warn('consumer: Connection to broker lost. Trying to re-establish the connection...');
          isLost = true;
          log.error(
            `consumer: Cannot receive from ${queue.name}: ${describeError(error)}. Trying again in ${restSeconds} s...`,
          );
        },
      },
    );
    if (isLost && records) log.info(`consumer: Connection to broker re-established: ${queue.name}`);
    return records ?? [];
  }

  async function handle(record: SQSRecord): Promise<void> {
    const { receipt } = toDelivery(record);
    try {
      if (!(await takeSlot(receipt))) return await transport.changeVisibility(receipt, 0);
      try {
        const invocation = { requestId: randomUUID(), deadlineMs: Number.POSITIVE_INFINITY };
        const { batchItemFailures } = await dispatch({ Records: [record] }, invocation);
        if (batchItemFailures.length === 0) await transport.acknowledge(receipt);
      } finally {
        slots.release();
      }
    } catch (error) {
      log.warn(`Message ${record.messageId} is in its queue still, and comes back in a while: ${describeError(error)}`);
    }
  }

  /** Keeps a message hidden while it waits for a slot, which it does only where several queues deliver at once. */
  async function takeSlot(receipt: Receipt): Promise<boolean> {
    const stopHiding = repeatedly(renewal.periodMs, async () => {
      await transport.changeVisibility(receipt, visibilityTimeoutSeconds(renewal)).catch((error: unknown) => {
        log.warn(`A message that waits to be run cannot be kept hidden: ${describeError(error)}`);
      });
    });
    try {
      return await slots.acquire();
    } finally {
      await stopHiding();
    }
  }

  return {
    async drain() {
      stopping.abort();
      slots.close();
      await polled;
      await Promise.all(handled);
    },
  };
}
