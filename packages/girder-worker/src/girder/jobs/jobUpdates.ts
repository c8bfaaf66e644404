import { exponentialBackoff } from '../../system/backoff.ts';
import type { System } from '../../system/system.ts';
import type { JobProgress } from '../../task/girder/jobManager.ts';
import { GirderError, StateTransitionError } from '../wire/girderError.ts';
import type { JobConnection, JobFields } from './jobConnection.ts';
import { firstPart, WaitingLog } from './waitingLog.ts';

/** The time between two updates of log and progress, as in Girder Worker. */
const flushIntervalMs = 500;

/** How old the known status may be before it is asked for. */
const statusAgeMs = 1000;

/** The delays before an update is repeated that Girder did not take. */
const retryDelaysMs = { first: 250, max: 5000 };

/** An update that is to be sent. Updates are sent one after the other, in their order. */
interface Update {
  log: string;
  progress: JobFields;
  readonly status?: number;
  /** Only asks for the status: it is no loss if it fails. */
  readonly isPoll?: true;
  readonly answered?: PromiseWithResolvers<void>;
}

/**
 * The updates of one job: rate-limited, in order, repeated while Girder does not answer, and never more than one request at
 * a time. Nothing here waits for Girder but `drain`.
 */
export class JobUpdates {
  readonly #connection: JobConnection;
  readonly #system: System;
  readonly #queue: Update[] = [];
  readonly #closed = new AbortController();
  readonly #log = new WaitingLog();
  #progress: JobFields = {};
  #hasNewProgress = false;
  #status: number | undefined;
  #seenMs = 0;
  #cancelTimer: (() => void) | undefined;
  #sending: Promise<void> | undefined;
  #isInFlight = false;
  #failure: GirderError | undefined;
  /** Updates that Girder has refused, each for what it contains. */
  readonly #refused: Update[] = [];

  constructor(connection: JobConnection, system: System) {
    this.#connection = connection;
    this.#system = system;
  }

  /** The status in Girder's last answer; undefined before the first one. */
  get status(): number | undefined {
    return this.#status;
  }

  /** The error of the last call that failed, if none has succeeded since. */
  get failure(): GirderError | undefined {
    return this.#failure;
  }

  write(text: string, forceFlush = false): void {
    this.#log.add(text, logOf(this.#queue));
    this.#flushSoon(forceFlush);
  }

  progress({ total, current, message, forceFlush = false }: JobProgress): void {
    this.#progress = {
      ...this.#progress,
      ...(total !== undefined && { progressTotal: String(total) }),
      ...(current !== undefined && { progressCurrent: String(current) }),
      ...(message !== undefined && { progressMessage: message }),
    };
    this.#hasNewProgress = true;
    this.#flushSoon(forceFlush);
  }

  /** Resolves when the job has the status. Rejects with StateTransitionError; does not reject if the updates are closed. */
  moveTo(status: number): Promise<void> {
    this.#flush();
    const answered = Promise.withResolvers<void>();
    this.#enqueue({ log: '', progress: {}, status, answered });
    return answered.promise;
  }

  /** Reads the status. Rejects with GirderError. */
  async read(): Promise<number> {
    this.#see(await this.#connection.read(this.#closed.signal));
    return this.#status as number;
  }

  /** Asks for the status, unless an answer is on its way or the last one is recent. */
  poll(): void {
    if (this.#queue.length > 0 || this.#closed.signal.aborted || this.#system.now() - this.#seenMs < statusAgeMs)
      return;
    this.#seenMs = this.#system.now();
    this.#enqueue({ log: '', progress: {}, isPoll: true });
  }

  /** Sends all that waits. Resolves when it is sent, or after `limitMs`; then nothing is sent any more. */
  async drain(limitMs: number): Promise<void> {
    this.#log.noteDropped();
    this.#flush();
    const cancelTimer = this.#system.startTimer(() => this.#closed.abort(), limitMs);
    await this.#sending;
    cancelTimer();
    this.#closed.abort();
  }

  /** What Girder has not received, in words; undefined if it has received all. */
  undelivered(): string | undefined {
    const updates = [...this.#refused, ...this.#queue].filter(({ isPoll }) => !isPoll);
    const statuses = updates.flatMap(({ status }) => (status === undefined ? [] : [`status ${status}`]));
    const characters = this.#log.lostLength + logOf(updates);
    const parts = [
      ...statuses,
      ...(characters > 0 ? [`${characters} characters of the log`] : []),
      ...(updates.some(({ progress }) => Object.keys(progress).length > 0) ? ['the progress'] : []),
    ];
    return parts.length === 0 ? undefined : parts.join(', ');
  }

  #flushSoon(forceFlush: boolean): void {
    if (forceFlush) this.#flush();
    else this.#cancelTimer ??= this.#system.startTimer(() => this.#flush(), flushIntervalMs);
  }

  #flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#log.length === 0 && !this.#hasNewProgress) return;
    const log = this.#log.take();
    const progress = this.#progress; // As Girder Worker, with each update.
    this.#hasNewProgress = false;
    const last = this.#queue.at(-1);
    const canJoin =
      last && last.status === undefined && !last.isPoll && !(this.#isInFlight && this.#queue.length === 1);
    if (canJoin) {
      last.log += log;
      last.progress = progress;
    } else {
      this.#enqueue({ log, progress });
    }
  }

  #enqueue(update: Update): void {
    this.#queue.push(update);
    if (this.#closed.signal.aborted) update.answered?.resolve();
    else this.#sending ??= this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    for (let attempt = 1; this.#queue.length > 0 && !this.#closed.signal.aborted; ) {
      try {
        await this.#sendNext();
        attempt = 1;
      } catch (error) {
        if (!(error instanceof GirderError)) break; // The updates were closed.
        this.#failure = error;
        if (this.#queue[0]?.isPoll) this.#queue.shift();
        if (error.status === 400) this.#refuseNext();
        else if (!error.isTransient)
          this.#closed.abort(); // The token has expired, or the job is gone: no call can succeed.
        else await this.#system.sleep(exponentialBackoff(attempt++, retryDelaysMs), this.#closed.signal);
      }
    }
    if (this.#closed.signal.aborted) for (const { answered } of this.#queue) answered?.resolve();
    this.#sending = undefined;
  }

  /** Removes an update that Girder does not take; the next ones may be valid. */
  #refuseNext(): void {
    const update = this.#queue.shift();
    if (!update) return;
    this.#refused.push(update);
    update.answered?.resolve();
  }

  /** Sends the first update of the queue, or the first part of its log, and removes what was sent. */
  async #sendNext(): Promise<void> {
    const update = this.#queue[0] as Update;
    const log = firstPart(update.log);
    const fields = {
      ...(update.status !== undefined && { status: String(update.status) }),
      ...update.progress,
      ...(log !== '' && { log }),
    };
    this.#isInFlight = true;
    try {
      this.#see((await this.#connection.update(fields, this.#closed.signal)) ?? update.status);
    } catch (error) {
      if (!(error instanceof StateTransitionError)) throw error;
      update.answered?.reject(error);
    } finally {
      this.#isInFlight = false;
    }
    update.log = update.log.slice(log.length);
    if (update.log !== '') return;
    this.#queue.shift();
    update.answered?.resolve();
  }

  #see(status: number | undefined): void {
    this.#status = status ?? this.#status;
    this.#seenMs = this.#system.now();
    this.#failure = undefined;
  }
}

function logOf(updates: readonly Update[]): number {
  return updates.reduce((sum, { log }) => sum + log.length, 0);
}
