import type { System } from '../../system/system.ts';

/**
 * The time of DynamoDB, as its answers tell it. All processes compare leases in this time, so that a machine whose clock is off by minutes neither
 * takes a claim that lasts, nor holds one that has ended.
 */
export interface ServiceClock {
  /** Whether an answer has told the time. */
  readonly isKnown: boolean;
  /** How far DynamoDB's time is ahead of that of this machine, in ms, with an error of a second and the duration of a request at most. */
  readonly offsetMs: number;
  /** To be called when a request is sent. Returns the function to be called with the header `date` of its answer. */
  sent(): (date: string | undefined) => void;
}

/** The resolution of the header `date`. */
const resolutionMs = 1000;

/**
 * Learns DynamoDB's time from its answers. An answer was written between its request and its arrival, in the second of its `date`: this gives
 * the least and the greatest possible offset. The offset that is known is changed only as far as it contradicts them.
 */
export function createServiceClock(system: Pick<System, 'now'>): ServiceClock {
  let offsetMs = 0;
  let isKnown = false;
  return {
    get isKnown() {
      return isKnown;
    },
    get offsetMs() {
      return offsetMs;
    },
    sent() {
      const sentMs = system.now();
      return (date) => {
        const dateMs = Date.parse(date ?? '');
        if (Number.isNaN(dateMs)) return;
        const leastMs = dateMs - system.now();
        const greatestMs = dateMs + resolutionMs - sentMs;
        offsetMs = Math.max(leastMs, Math.min(offsetMs, greatestMs));
        isKnown = true;
      };
    },
  };
}
