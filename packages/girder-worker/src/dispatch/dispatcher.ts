import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type Delivery, lanes, toDelivery } from './delivery.ts';
import { createPassage } from './passage.ts';
import { createRevocationPoller } from './revocationWatch.ts';
import {
  type DispatcherDeps,
  type Disposition,
  type InvocationWindow,
  type Lease,
  type LeaseOptions,
  restSeconds,
} from './stations.ts';

/** What Lambda says of one invocation. */
export interface Invocation {
  readonly requestId: string;
  /** When Lambda will stop the function, in ms since 1970; Infinity where nobody will, which needs a `renewal`. */
  readonly deadlineMs: number;
}

/** What a composition root has to give; the rest has defaults. */
export type DispatcherOptions = Omit<DispatcherDeps, keyof typeof defaults> & Partial<typeof defaults>;

const defaults = {
  clock: Date.now as () => number,
  maxDeliveries: 5,
  revocationPeriodMs: 250, // A revocation is seen half of it later on average.
  renewal: undefined as LeaseOptions | undefined,
};

export type Dispatcher = (event: SQSEvent, invocation: Invocation) => Promise<SQSBatchResponse>;

/** Added to the deadline: code cannot outlive it, so that when a lease has ended its task is not running any more. */
const leaseMarginMs = 5000;

/** Takes SQS batches through the stations. A record is acknowledged only when its outcome is settled. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const stations: DispatcherDeps = { ...defaults, ...options };
  const { store, transport, log, clock, renewal, revocationPeriodMs } = stations;
  const revocations = createRevocationPoller({ store, log, periodMs: revocationPeriodMs });
  const passStations = createPassage(stations, revocations);

  return async (event, { requestId, deadlineMs }) => {
    const window = { startMs: clock(), endMs: deadlineMs };
    const deliveries = event.Records.map(toDelivery);
    const settled = new Set<Delivery>();
    await Promise.all(
      lanes(deliveries).map(async (lane) => {
        // After the first that comes back, the rest of a FIFO group comes back untouched, so that its order is kept.
        for (const delivery of lane) {
          const lease = {
            owner: `${requestId}:${deliveries.indexOf(delivery)}`,
            leaseEndMs: renewal ? clock() + renewal.leaseMs : deadlineMs + leaseMarginMs,
          };
          if ((await settle(delivery, lease, window)) !== 'settled') break;
          settled.add(delivery);
        }
      }),
    );
    if (!renewal) await revocations.settled(); // What is under way when the handler returns would be frozen.
    const returned = deliveries.filter((delivery) => !settled.has(delivery));
    return { batchItemFailures: returned.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };

  async function settle(delivery: Delivery, lease: Lease, window: InvocationWindow): Promise<Disposition> {
    try {
      const settlement = await passStations(delivery, lease, window);
      if (settlement !== 'settled') await transport.changeVisibility(delivery.receipt, settlement.returnInSeconds);
      return settlement;
    } catch (error) {
      const text = error instanceof Error ? error.stack : String(error);
      log.error(`Message ${delivery.messageId} goes back to the queue: ${text}`);
      const returnInSeconds = restSeconds(delivery.receiveCount);
      await transport.changeVisibility(delivery.receipt, returnInSeconds).catch((failure: unknown) => {
        log.warn(`Message ${delivery.messageId} comes back only after the queue's visibility timeout: ${failure}`);
      });
      return { returnInSeconds };
    }
  }
}
