import type { Log } from '../events/log.ts';
import { createOutage, describeError, type OngoingOutage } from '../system/outage.ts';
import type { System } from '../system/system.ts';
import { isTransientError } from '../system/transientError.ts';
import type { Delivery } from './delivery.ts';

/**
 * The faults of table and queues that deliveries meet. Together they are one outage, which is logged when it begins, once a minute, and
 * when it ends, however many deliveries it meets: each of them is a line of the level DEBUG.
 */
export interface DeliveryFaults {
  /** Undefined while table and queues answer. */
  readonly ongoing: OngoingOutage | undefined;
  /** Returns false if the error will not pass, and is none of these faults. `what` has failed, such as `Message … returns to the queue`. */
  failed(delivery: Delivery, what: string, error: unknown): boolean;
  /** What has failed for this delivery, or its next step, has succeeded. The outage ends when this holds for each delivery. */
  succeeded(delivery: Delivery): void;
  /** The delivery is processed no longer. */
  ended(delivery: Delivery): void;
}

export interface DeliveryFaultsOptions {
  readonly log: Log;
  readonly system: Pick<System, 'now'>;
}

export function createDeliveryFaults({ log, system }: DeliveryFaultsOptions): DeliveryFaults {
  /** The ids of messages: the run of an errback has a copy of the delivery of its task. */
  const failing = new Set<string>();
  const outage = createOutage({
    what: 'Table or queues do not answer: outcomes wait, and messages return to their queues',
    ended: 'Table and queues answer again',
    ...{ log, level: 'error', system },
  });
  return {
    get ongoing() {
      return outage.ongoing;
    },
    failed({ messageId }, what, error) {
      if (!isTransientError(error)) return false;
      failing.add(messageId);
      log.debug(`${what}: ${describeError(error)}`);
      outage.failed(error);
      return true;
    },
    succeeded({ messageId }) {
      failing.delete(messageId);
      if (failing.size === 0) outage.succeeded();
    },
    ended({ messageId }) {
      failing.delete(messageId);
    },
  };
}
