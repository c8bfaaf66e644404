import type { Log } from '../events/log.ts';
import type { RunInfo, TaskEvents } from '../events/taskEvents.ts';
import { createOutage } from '../system/outage.ts';
import type { System } from '../system/system.ts';
import { resolvesWithin, withTimeout } from '../system/timeouts.ts';
import type { History } from './history.ts';
import { endOf, type RunEnd, recordOf } from './recordOf.ts';
import type { RunRecord } from './runRecord.ts';

/** Records the runs of a dispatcher. */
export interface Recorder {
  readonly events: TaskEvents;
  /**
   * Stores the runs that have ended and are not stored yet, and resolves when all of these are stored. Never rejects: what cannot be stored
   * within `limitMs` is lost, and logged.
   */
  flush(limitMs: number): Promise<void>;
}

export interface RecorderOptions {
  readonly history: Pick<History, 'append'>;
  readonly log: Log;
  readonly system: System;
  /** How long a record waits for others, and for `flush`, before it is stored. If the process is killed, the records that wait are lost. */
  readonly waitMs: number;
  /** The number of records that are stored without waiting. @default no number */
  readonly batchSize?: number;
}

/** The longest that a write may take which is not one of `flush`. */
const writeLimitMs = 5000;

export function createRecorder(options: RecorderOptions): Recorder {
  const { history, log, system, waitMs, batchSize = Number.POSITIVE_INFINITY } = options;
  const times = new WeakMap<RunInfo, { readonly receivedMs: number; startedMs: number | null }>();
  const outage = createOutage({
    what: 'Cannot store runs in the history, which lacks them',
    ended: 'Runs are stored in the history again',
    ...{ log, system },
  });
  let records: RunRecord[] = [];
  let stopWaiting: (() => void) | undefined;
  const writes = new Set<Promise<void>>();

  const record = (run: RunInfo, end: RunEnd): void => {
    const { receivedMs, startedMs } = times.get(run) ?? { receivedMs: system.now(), startedMs: null };
    records.push(recordOf(run, { receivedMs, startedMs, endedMs: system.now() }, end));
    if (records.length >= batchSize) void flush(writeLimitMs);
    else stopWaiting ??= system.startTimer(() => void flush(writeLimitMs), waitMs, { keepAlive: false });
  };

  const store = async (ended: readonly RunRecord[], limitMs: number): Promise<void> => {
    try {
      const late = () => new Error(`no answer within ${limitMs} ms`);
      await withTimeout(system, limitMs, history.append(ended), late);
      outage.succeeded();
    } catch (error) {
      outage.failed(error);
    }
  };

  const flush = async (limitMs: number): Promise<void> => {
    stopWaiting?.();
    stopWaiting = undefined;
    const ended = records;
    records = [];
    if (ended.length > 0) {
      const write = store(ended, limitMs).finally(() => writes.delete(write));
      writes.add(write);
    }
    // A write that began earlier may have more time than this call.
    await resolvesWithin(system, limitMs, Promise.all(writes));
  };

  return {
    events: {
      deferred: (run, etaMs) => record(run, { state: 'SCHEDULED', error: null, dueMs: etaMs }),
      received: (run) => void times.set(run, { receivedMs: system.now(), startedMs: null }),
      started(run) {
        const ofRun = times.get(run);
        if (ofRun) ofRun.startedMs = system.now();
      },
      ended: (run, outcome) => record(run, endOf(outcome)),
      abandoned: (run) => record(run, { state: 'ABANDONED', error: null, dueMs: null }),
      endedBefore: (run, state) => record(run, endBefore(state)),
    },
    flush,
  };
}

/** A task that was revoked before its message came has ended before, too. */
function endBefore(state: string): RunEnd {
  if (state === 'REVOKED') return { state, error: 'revoked', dueMs: null };
  return { state: 'DUPLICATE', error: `has ended before: ${state}`, dueMs: null };
}
