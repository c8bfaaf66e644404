import type { Log } from '../events/log.ts';
import type { RunInfo, TaskEvents } from '../events/taskEvents.ts';
import { createOutage } from '../system/outage.ts';
import type { System } from '../system/system.ts';
import { withTimeout } from '../system/timeouts.ts';
import type { History } from './history.ts';
import { endOf, type RunEnd, recordOf } from './recordOf.ts';
import type { RunRecord } from './runRecord.ts';

/** Records the runs of a dispatcher. */
export interface Recorder {
  readonly events: TaskEvents;
  /** How many records are not stored yet. */
  readonly size: number;
  /**
   * Stores the runs that have ended since the last call, and resolves when all of these are stored. Never rejects: what cannot be stored
   * within `limitMs` is lost, and logged.
   */
  flush(limitMs: number): Promise<void>;
}

export interface RecorderOptions {
  readonly history: Pick<History, 'append'>;
  readonly log: Log;
  readonly system: System;
  /** Called when a run has ended. */
  readonly onRecord?: () => void;
}

export function createRecorder({ history, log, system, onRecord }: RecorderOptions): Recorder {
  const times = new WeakMap<RunInfo, { readonly receivedMs: number; startedMs: number | null }>();
  const outage = createOutage({
    what: 'Cannot store runs in the history, which lacks them',
    ended: 'Runs are stored in the history again',
    ...{ log, system },
  });
  let records: RunRecord[] = [];
  const writes = new Set<Promise<void>>();

  const record = (run: RunInfo, end: RunEnd): void => {
    const { receivedMs, startedMs } = times.get(run) ?? { receivedMs: system.now(), startedMs: null };
    records.push(recordOf(run, { receivedMs, startedMs, endedMs: system.now() }, end));
    onRecord?.();
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

  return {
    events: {
      received: (run) => void times.set(run, { receivedMs: system.now(), startedMs: null }),
      started(run) {
        const ofRun = times.get(run);
        if (ofRun) ofRun.startedMs = system.now();
      },
      ended: (run, outcome) => record(run, endOf(outcome)),
      abandoned: (run) => record(run, { state: 'ABANDONED', error: null, dueMs: null }),
      endedBefore: (run, state) =>
        record(run, { state: 'DUPLICATE', error: `has ended before: ${state}`, dueMs: null }),
    },

    get size() {
      return records.length;
    },

    async flush(limitMs) {
      const ended = records;
      records = [];
      if (ended.length > 0) {
        const write = store(ended, limitMs).finally(() => writes.delete(write));
        writes.add(write);
      }
      await Promise.all(writes);
    },
  };
}
