import type { Outcome } from '../../outcome/outcome.ts';
import type { System } from '../../system/system.ts';
import { resolvesWithin } from '../../system/timeouts.ts';
import { JobStatus } from '../../task/girder/jobStatus.ts';
import { StateTransitionError } from '../wire/girderError.ts';
import { exceptionText } from './exceptionText.ts';
import type { JobConnection } from './jobConnection.ts';
import { JobUpdates } from './jobUpdates.ts';

/** The longest that a task waits for Girder. */
export interface JobLimits {
  /** Before it starts. */
  readonly startMs: number;
  /** When it sets a status, and at its end, until Girder has received all. */
  readonly endMs: number;
}

export const normalLimits: JobLimits = { startMs: 3000, endMs: 4500 };

/** For a Girder that did not answer a moment ago. */
export const shortLimits: JobLimits = { startMs: 500, endMs: 1000 };

/** The statuses of a job that no update can leave. */
const finalStatuses: readonly (number | undefined)[] = [JobStatus.SUCCESS, JobStatus.ERROR, JobStatus.CANCELED];

/** The Girder job of one run of a task. A Girder that is down or slow delays the task for a few seconds at most. */
export class GirderJob {
  readonly #system: System;
  readonly #limits: JobLimits;
  readonly updates: JobUpdates;
  /** Girder's words when it did not allow the final status. */
  #refusal: string | undefined;

  constructor(connection: JobConnection, system: System, limits: JobLimits = normalLimits) {
    this.#system = system;
    this.#limits = limits;
    this.updates = new JobUpdates(connection, system);
  }

  /** Whether a user has cancelled the job, as far as Girder has said. */
  get isCanceled(): boolean {
    const { status } = this.updates;
    return status === JobStatus.CANCELING || status === JobStatus.CANCELED;
  }

  /** Moves the job to RUNNING. Resolves to whether the task may run: false for a job that was cancelled. */
  async begin(): Promise<boolean> {
    await this.#within(this.#limits.startMs, this.#moveTo(JobStatus.RUNNING));
    return !this.isCanceled;
  }

  /** Moves the job to a status that the task has set. Rejects with StateTransitionError. */
  updateStatus(status: number): Promise<void> {
    return this.#within(this.#limits.endMs, this.updates.moveTo(status));
  }

  /** Moves the job to its final status, and waits until Girder has received all, for a few seconds at most. */
  async end(outcome: Outcome): Promise<void> {
    const finished = this.#finish(outcome);
    await this.#within(this.#limits.endMs, finished);
    await this.updates.drain(0);
    await finished;
  }

  /** Moves a job to its final status whose task has ended earlier, if the worker died before it could. */
  async repair(state: string): Promise<void> {
    const target = finalStatusOf[state];
    if (target === undefined) return;
    try {
      await this.#within(this.#limits.endMs, this.#repair(target));
    } finally {
      await this.updates.drain(0);
    }
  }

  async #repair(target: JobStatus): Promise<void> {
    if (finalStatuses.includes(await this.updates.read())) return;
    await this.#moveTo(this.isCanceled ? JobStatus.CANCELED : target);
  }

  /** What Girder has not received, and why, in words; undefined if it has received all. */
  undelivered(): string | undefined {
    const { failure } = this.updates;
    const undelivered = this.updates.undelivered();
    if (undelivered === undefined) return this.#refusal;
    const reason = failure?.message ?? 'Girder did not answer in time.';
    return `${reason.replace(/\.?$/, '.')} Not delivered: ${undelivered}.`;
  }

  async #finish(outcome: Outcome): Promise<void> {
    switch (outcome.state) {
      case 'SUCCESS':
        return this.#moveTo(this.isCanceled ? JobStatus.CANCELED : JobStatus.SUCCESS);
      case 'REVOKED':
        return this.#moveTo(JobStatus.CANCELED);
      case 'FAILURE':
        return this.#fail(outcome);
      case 'REJECTED':
        return outcome.requeue ? this.#flush() : this.#fail(outcome);
      case 'RETRY':
      case 'REPLACED':
      case 'IGNORED':
      case 'RETURNED':
        return this.#flush(); // The task runs again, or, as in Girder Worker, it has set a status itself.
    }
  }

  async #fail({ failure }: Extract<Outcome, { state: 'FAILURE' | 'REJECTED' }>): Promise<void> {
    this.updates.write(exceptionText(failure));
    await this.#moveTo(JobStatus.ERROR);
  }

  /** Sends what waits, and no status. */
  #flush(): Promise<void> {
    return this.updates.drain(this.#limits.endMs);
  }

  /**
   * Moves the job to a status. If Girder does not allow it, the job has another status than was known, or there is no direct
   * way: then the job takes the way that Girder allows.
   */
  async #moveTo(status: JobStatus): Promise<void> {
    if (this.updates.status === status && finalStatuses.includes(status)) return this.#flush();
    try {
      await this.updates.moveTo(status);
    } catch (error) {
      if (!(error instanceof StateTransitionError)) throw error;
      const actual = await this.updates.read().catch(() => undefined);
      if (!finalStatuses.includes(status) || finalStatuses.includes(actual)) return;
      await this.#moveAlong(waysTo[status]?.[actual as number], error);
    }
  }

  async #moveAlong(way: readonly JobStatus[] | undefined, refusal: StateTransitionError): Promise<void> {
    if (!way) this.#refusal = refusal.message;
    try {
      for (const step of way ?? []) await this.updates.moveTo(step);
    } catch (error) {
      if (!(error instanceof StateTransitionError)) throw error;
      this.#refusal = error.message;
    }
  }

  /** Resolves when the promise does, or after `limitMs`. */
  async #within(limitMs: number, promise: Promise<void>): Promise<void> {
    await resolvesWithin(this.#system, limitMs, promise);
  }
}

/**
 * The ways to a final status from the statuses that Girder allows no direct way from. None leads from CONVERTING_INPUT to
 * SUCCESS. (docs/wire-format.md §5.1)
 */
const waysTo: Readonly<Record<number, Readonly<Record<number, readonly JobStatus[]>>>> = {
  [JobStatus.SUCCESS]: {
    [JobStatus.INACTIVE]: [JobStatus.RUNNING, JobStatus.SUCCESS],
    [JobStatus.QUEUED]: [JobStatus.RUNNING, JobStatus.SUCCESS],
    [JobStatus.FETCHING_INPUT]: [JobStatus.RUNNING, JobStatus.SUCCESS],
    [JobStatus.CONVERTING_OUTPUT]: [JobStatus.PUSHING_OUTPUT, JobStatus.SUCCESS],
    [JobStatus.CANCELING]: [JobStatus.CANCELED],
  },
  [JobStatus.ERROR]: {
    [JobStatus.INACTIVE]: [JobStatus.RUNNING, JobStatus.ERROR],
  },
  [JobStatus.CANCELED]: {
    [JobStatus.FETCHING_INPUT]: [JobStatus.RUNNING, JobStatus.CANCELED],
    [JobStatus.CONVERTING_INPUT]: [JobStatus.ERROR],
    [JobStatus.CONVERTING_OUTPUT]: [JobStatus.ERROR],
    [JobStatus.PUSHING_OUTPUT]: [JobStatus.ERROR],
  },
};

const finalStatusOf: Readonly<Record<string, JobStatus>> = {
  SUCCESS: JobStatus.SUCCESS,
  FAILURE: JobStatus.ERROR,
  REVOKED: JobStatus.CANCELED,
};
