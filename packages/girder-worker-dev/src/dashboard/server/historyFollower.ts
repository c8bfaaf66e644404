import type { History, System } from 'girder-worker/internal/operations';
import type { HistoryStatus } from '../data.ts';
import type { TaskWindow } from './taskWindow.ts';

/** Keeps a window up to date with the history. */
export interface HistoryFollower {
  status(): HistoryStatus;
  /** Is called by each request that shows tasks: the history is read at once, and then every two seconds for a minute. */
  use(): void;
  /** Calls `use`, and resolves when the last reading is not older than five seconds, or has failed. */
  current(): Promise<HistoryStatus>;
  /** Resolves when nothing is read any more. */
  stop(): Promise<void>;
}

export interface HistoryFollowerOptions {
  readonly history: Pick<History, 'read'>;
  readonly window: TaskWindow;
  /** How far back the history is read at first, in ms. */
  readonly windowMs: number;
  readonly system: Pick<System, 'now' | 'sleep'>;
  /** Returns what failed in one line, and what to do about it. */
  readonly describeError: (error: unknown) => string;
}

/** Between two readings, and after a failure, in ms. */
const periodMs = { ready: 2000, failing: 10_000 };

/** The oldest reading that `current` accepts, in ms. */
const maxAgeMs = 5000;

/** How long the history is read on after `use` was called. */
const usedMs = 60_000;

/** What is read again: a write is seen later than another one that has a later time, if its clock is late or its request was slow. */
const overlapMs = 30_000;

export function createHistoryFollower(options: HistoryFollowerOptions): HistoryFollower {
  const { history, window, windowMs, system, describeError } = options;
  let state: HistoryStatus['state'] = 'loading';
  let fault: string | null = null;
  let readToMs = system.now() - windowMs;
  let usedUntilMs = 0;
  let running: Promise<void> | undefined;
  let readMs = Number.NEGATIVE_INFINITY;
  let nextReading = Promise.withResolvers<void>();
  const stopped = new AbortController();

  const read = async (): Promise<void> => {
    const nowMs = system.now();
    for await (const writes of history.read({ fromMs: readToMs - overlapMs, toMs: nowMs + overlapMs })) {
      window.add(writes);
      // The last come first: what follows would be dropped.
      if ((state === 'loading' && window.isFull) || stopped.signal.aborted) break;
    }
    readToMs = nowMs;
  };

  const run = async (): Promise<void> => {
    while (system.now() < usedUntilMs && !stopped.signal.aborted) {
      try {
        await read();
        [state, fault] = ['ready', null];
      } catch (error) {
        const isMissing = (error as Error).cause instanceof Error && /no DynamoDB table/.test((error as Error).message);
        [state, fault] = [isMissing ? 'off' : 'failing', describeError(error)];
      }
      readMs = system.now();
      nextReading.resolve();
      nextReading = Promise.withResolvers();
      await system.sleep(state === 'ready' ? periodMs.ready : periodMs.failing, stopped.signal);
    }
    running = undefined;
  };

  const status = (): HistoryStatus => ({
    ...{ state, fault, tasks: window.size, oldestMs: window.oldestMs, isComplete: !window.isFull },
  });
  const use = (): void => {
    usedUntilMs = system.now() + usedMs;
    running ??= run();
  };

  return {
    use,
    status,
    async current() {
      use();
      const isOld = readMs < system.now() - maxAgeMs;
      if (isOld && (state === 'loading' || state === 'ready')) await nextReading.promise;
      return status();
    },
    async stop() {
      stopped.abort();
      await running;
    },
  };
}
