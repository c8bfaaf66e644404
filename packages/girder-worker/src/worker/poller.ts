import type { SQSRecord } from 'aws-lambda';
import { toDelivery } from '../dispatch/delivery.ts';
import type { DeliveryFaults } from '../dispatch/deliveryFaults.ts';
import { type LeaseOptions, visibilityTimeoutSeconds } from '../dispatch/deps.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { Log } from '../events/log.ts';
import { exponentialBackoff, jittered } from '../system/backoff.ts';
import { nodeSystem } from '../system/nodeSystem.ts';
import { createOutage, describeError, type OngoingOutage, type Outage } from '../system/outage.ts';
import { repeat } from '../system/repeat.ts';
import type { System } from '../system/system.ts';
import type { QueueConsumer } from '../transport/queueConsumer.ts';
import type { Receipt, Transport } from '../transport/transport.ts';
import { retryUntil } from './retryUntil.ts';
import { Semaphore } from './semaphore.ts';

/**
 * How long a request waits for messages. A request is never aborted: SQS may be answering it, and messages that are lost on
 * the way stay hidden for a lease. So an idle worker takes up to this long to shut down.
 */
const waitSeconds = 5;

/** While the messages that are received return to their queues, because the table does not answer: delays between two requests, in ms. */
const restMs = { first: 500, max: 10_000 };

export interface PollerOptions {
  readonly queues: readonly QueueConsumer[];
  readonly dispatch: Dispatcher;
  readonly transport: Pick<Transport, 'acknowledge' | 'changeVisibility'>;
  /** The most tasks that run at the same time. */
  readonly concurrency: number;
  readonly lease: LeaseOptions;
  /** Those of the dispatcher. */
  readonly faults: Pick<DeliveryFaults, 'ongoing'>;
  readonly log: Log;
  /** @default nodeSystem */
  readonly system?: System;
}

export interface Poller {
  /** Receives no more messages. Resolves when all received messages have run or are back in their queues. */
  drain(): Promise<void>;
  /** The queues from which no message can be received at the moment. */
  outages(): readonly OngoingOutage[];
}

/** Receives messages from queues, as many as can run now, and passes each to the dispatcher by itself. */
export function startPoller(options: PollerOptions): Poller {
  const { queues, dispatch, transport, concurrency, lease, faults, log, system = nodeSystem } = options;
  const semaphore = new Semaphore(concurrency);
  const stopping = new AbortController();
  const handled = new Set<Promise<void>>();
  const receiving = queues.map(({ name }) =>
    createOutage({
      what: `consumer: Connection to broker lost. Trying to re-establish the connection... Cannot receive from ${name}`,
      ended: `consumer: Connection to broker re-established: ${name}`,
      ...{ log, level: 'error', system },
    }),
  );
  const hiding = createOutage({
    what: 'Messages that wait to run cannot be kept hidden',
    ended: 'Messages that wait to run are kept hidden again',
    ...{ log, system },
  });
  const polled = Promise.all(queues.map((queue, index) => poll(queue, receiving[index]!)));

  async function poll(queue: QueueConsumer, outage: Outage): Promise<void> {
    for (let rests = 0; await semaphore.whenAvailable(); ) {
      rests = faults.ongoing ? rests + 1 : 0;
      if (rests > 0) await system.sleep(jittered(exponentialBackoff(rests, restMs), system), stopping.signal);
      if (stopping.signal.aborted) return;
      for (const record of await receive(queue, outage)) {
        const handling = handle(record).finally(() => handled.delete(handling));
        handled.add(handling);
      }
    }
  }

  async function receive(queue: QueueConsumer, outage: Outage): Promise<SQSRecord[]> {
    // SQS delivers the second message of a FIFO group only after the first is deleted, if they are received one by one.
    // While the table does not answer, one message finds out whether it does again.
    const maxMessages = queue.isFifo || faults.ongoing ? 1 : Math.max(1, semaphore.available);
    const request = { maxMessages, visibilityTimeoutSeconds: visibilityTimeoutSeconds(lease), waitSeconds };
    const records = await retryUntil(() => queue.receive(request), {
      isTransient: () => true, // Whatever the fault is, an operator may correct it while the worker waits.
      signal: stopping.signal,
      ...{ outage, system },
    });
    return records ?? [];
  }

  async function handle(record: SQSRecord): Promise<void> {
    const { receipt } = toDelivery(record);
    try {
      if (!(await acquire(receipt))) return await transport.changeVisibility(receipt, 0);
      const invocation = { requestId: system.randomUUID(), deadlineMs: Number.POSITIVE_INFINITY };
      // The next task need not wait until this one's message is deleted.
      const dispatched = dispatch({ Records: [record] }, invocation).finally(() => semaphore.release());
      const { batchItemFailures } = await dispatched;
      if (batchItemFailures.length === 0) await transport.acknowledge(receipt);
    } catch (error) {
      log.warn(`Message ${record.messageId} was not deleted, and will be delivered again: ${describeError(error)}.`);
    }
  }

  /** Keeps a message hidden while it waits for its turn, which happens only if several queues deliver at the same time. */
  async function acquire(receipt: Receipt): Promise<boolean> {
    const stopHiding = repeat(system, lease.periodMs, async () => {
      await transport.changeVisibility(receipt, visibilityTimeoutSeconds(lease)).then(hiding.succeeded, hiding.failed);
    });
    try {
      return await semaphore.acquire();
    } finally {
      await stopHiding();
    }
  }

  return {
    async drain() {
      stopping.abort();
      semaphore.close();
      await polled;
      await Promise.all(handled);
    },
    outages: () => receiving.flatMap(({ ongoing }) => ongoing ?? []),
  };
}
