import type { Log } from '../events/log.ts';
import type { Message } from '../message/message.ts';
import type { Revocation } from '../store/resultStore.ts';
import { createOutage, type Outage } from '../system/outage.ts';
import type { System } from '../system/system.ts';
import { withTimeout } from '../system/timeouts.ts';
import type { RevocationSource } from './revocationSource.ts';

export interface RevocationPollerOptions {
  readonly sources: readonly RevocationSource[];
  readonly log: Log;
  readonly system: Pick<System, 'startTimer' | 'now'>;
  /** Between two polls; a revocation is seen after half of it on average. */
  readonly periodMs: number;
}

/** Polls the revocation sources for all running tasks together; it does not poll while no task runs. */
export interface RevocationPoller {
  /** Whether a task that is about to run was revoked, by any source. Rejects only if the result of a source is not known. */
  findBeforeRun(message: Message): Promise<Revocation | undefined>;
  /**
   * Calls `onRevoked` at each poll that finds the task revoked: a task that was asked to stop may be terminated later.
   * Returns the function that ends the watch.
   */
  watch(message: Message, onRevoked: (revocation: Revocation) => void): () => void;
  /** Resolves when no poll is under way, within a second: a poll must not be frozen with the function. */
  idle(): Promise<void>;
}

/** A poll without an answer after this time is abandoned: its connection may have been lost while the function was frozen. */
const pollTimeoutMs = 1000;

interface Watched {
  readonly message: Message;
  readonly onRevoked: (revocation: Revocation) => void;
}

export function createRevocationPoller({ sources, log, system, periodMs }: RevocationPollerOptions): RevocationPoller {
  const watched = new Set<Watched>();
  let cancelTimer: (() => void) | undefined;
  let polling: Promise<void> | undefined;

  const outages = sources.map(({ name }) =>
    createOutage({
      what: `Cannot read revocations from ${name}`,
      ended: `Revocations are read from ${name} again`,
      ...{ log, system },
    }),
  );

  const poll = async () => {
    await Promise.all(sources.map((source, index) => pollSource(source, outages[index]!)));
    polling = undefined;
    schedule();
  };

  const pollSource = async (source: RevocationSource, outage: Outage) => {
    try {
      const messages = new Map([...watched].map(({ message }) => [message.id, message]));
      const asked = source.findWhileRunning([...messages.values()]);
      const revocations = await withTimeout(system, pollTimeoutMs, asked, noAnswer);
      outage.succeeded();
      for (const { message, onRevoked } of watched) {
        const revocation = revocations.get(message.id);
        if (revocation) onRevoked(revocation);
      }
    } catch (error) {
      outage.failed(error);
    }
  };

  const schedule = () => {
    if (watched.size === 0 || polling !== undefined) return;
    cancelTimer ??= system.startTimer(() => {
      cancelTimer = undefined;
      polling = poll();
    }, periodMs);
  };

  return {
    async findBeforeRun(message) {
      for (const source of sources) {
        const revocation = await source.findBeforeRun(message);
        if (revocation) return revocation;
      }
      return undefined;
    },

    watch(message, onRevoked) {
      const entry = { message, onRevoked };
      watched.add(entry);
      schedule();
      return () => {
        watched.delete(entry);
        if (watched.size > 0) return;
        cancelTimer?.();
        cancelTimer = undefined;
      };
    },

    idle: async () => polling,
  };
}

function noAnswer(): Error {
  return new Error(`No answer within ${pollTimeoutMs} ms.`);
}
