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
 * a time.
 */
export class JobUpdates {
  readonly #connection: JobConnection;
  readonly #system: System;
  readonly #queue: Update[] = [];
  /** The characters of log in the queue. */
  #queuedLog = 0;
  readonly #closed = new AbortController();
  readonly #log = new WaitingLog();
  #progress: JobFields = {};
  #hasNewProgress = false;
  #status: number | undefined;
  #seenMs = 0;
  #cancelTimer: (() => void) | undefined;
  #sending: Promise<void> | undefined;
  /** Ends the request that is under way. */
  #inFlight: AbortController | undefined;
  #failure: Error | undefined;
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
  get failure(): Error | undefined {
    return this.#failure;
  }

  write(text: string, forceFlush = false): void {
    this.#log.add(text, this.#queuedLog);
    this.#flushSoon(forceFlush);
  }

  /** Numbers that JSON cannot represent are left out: Girder stores them, and then cannot answer any more. */
  progress({ total, current, message, forceFlush = false }: JobProgress): void {
    const news = {
      ...(Number.isFinite(total) && { progressTotal: String(total) }),
      ...(Number.isFinite(current) && { progressCurrent: String(current) }),
      ...(typeof message === 'string' && { progressMessage: message }),
    };
    if (Object.keys(news).length === 0) return;
    this.#progress = { ...this.#progress, ...news };
    this.#hasNewProgress = true;
    this.#flushSoon(forceFlush);
  }

  /** Resolves when the job has the status. Rejects with StateTransitionError; does not reject if the updates are closed. */
  moveTo(status: number): Promise<void> {
    this.#log.noteDropped();
    this.#flush();
    const last = this.#queue.at(-1);
    if (last?.status === status && last.answered) return last.answered.promise;
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
    const statuses = new Set(updates.flatMap(({ status }) => status ?? []));
    const characters = this.#log.lostLength + updates.reduce((sum, { log }) => sum + log.length, 0);
    const parts = [
      ...[...statuses].map((status) => `status ${status}`),
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
    const canJoin = last && last.status === undefined && !last.isPoll && !(this.#inFlight && this.#queue.length === 1);
    if (!canJoin) return void this.#enqueue({ log, progress });
    last.log += log;
    last.progress = progress;
    this.#queuedLog += log.length;
  }

  #enqueue(update: Update): void {
    if (this.#queue[0]?.isPoll) this.#inFlight?.abort(); // It would delay the update.
    this.#queue.push(update);
    this.#queuedLog += update.log.length;
    if (this.#closed.signal.aborted) update.answered?.resolve();
    else this.#sending ??= this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    for (let attempt = 1; this.#queue.length > 0 && !this.#closed.signal.aborted; ) {
      try {
        await this.#sendNext();
        attempt = 1;
      } catch (error) {
        if (this.#closed.signal.aborted) break;
        const isPoll = this.#queue[0]?.isPoll;
        if (isPoll) this.#queue.shift();
        if (isPoll && this.#queue.length > 0) continue; // It has made way for an update.
        this.#failure = error as Error;
        if (error instanceof GirderError && error.isTransient) {
          await this.#system.sleep(exponentialBackoff(attempt++, retryDelaysMs), this.#closed.signal);
        } else if (error instanceof GirderError && error.status === 400) {
          this.#refuseNext();
        } else {
          this.#closed.abort(); // The token has expired, or the message allows no request: no call can succeed.
        }
      }
    }
    if (this.#closed.signal.aborted) for (const { answered } of this.#queue) answered?.resolve();
    this.#sending = undefined;
  }

  /** Removes what Girder does not take: of an update with a log the progress, which is more often at fault, else all of it. */
  #refuseNext(): void {
    const update = this.#queue[0];
    if (!update) return;
    if (update.log !== '' && Object.keys(update.progress).length > 0) {
      this.#refused.push({ log: '', progress: update.progress });
      update.progress = {};
      this.#progress = {};
      return;
    }
    this.#shift();
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
    this.#inFlight = new AbortController();
    const signal = AbortSignal.any([this.#closed.signal, this.#inFlight.signal]);
    try {
      this.#see((await this.#connection.update(fields, signal)) ?? update.status);
    } catch (error) {
      if (!(error instanceof StateTransitionError)) throw error;
      update.answered?.reject(error);
    } finally {
      this.#inFlight = undefined;
    }
    update.log = update.log.slice(log.length);
    this.#queuedLog -= log.length;
    if (update.log !== '') return;
    this.#shift();
    update.answered?.resolve();
  }

  #shift(): void {
    const update = this.#queue.shift();
    this.#queuedLog -= update?.log.length ?? 0;
  }

  #see(status: number | undefined): void {
    this.#status = status ?? this.#status;
    this.#seenMs = this.#system.now();
    this.#failure = undefined;
  }
}
