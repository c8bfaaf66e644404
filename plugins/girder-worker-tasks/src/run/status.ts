import { type JobManager, JobStatus } from 'girder-worker/utils';

/** Thrown when Girder says that the job has been cancelled: the run ends without a result. */
export class JobCanceledError extends Error {
  override readonly name = 'JobCanceledError';
}

/** Reports the statuses of a run to its Girder job. */
export class StatusReporter {
  readonly #job: JobManager | undefined;
  readonly #skipped: ReadonlySet<number>;
  #last: number | undefined;
  #refused = false;

  /** @param job undefined for a run without a job, whose statuses are not reported */
  constructor(job: JobManager | undefined, skipped: ReadonlySet<number> = new Set()) {
    this.#job = job;
    this.#skipped = skipped;
  }

  /**
   * Reports a status, unless it is the current one. Rejects with JobCanceledError if the job has been cancelled.
   *
   * Girder's own table of transitions allows no status but ERROR after CONVERTING_INPUT. The run then goes on, and reports no
   * further status.
   */
  async report(status: JobStatus): Promise<void> {
    if (!this.#job || this.#refused || status === this.#last || this.#skipped.has(status)) return;
    try {
      await this.#job.updateStatus(status);
      this.#last = status;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'StateTransitionError') throw error;
      const actual = await this.#job.refreshStatus();
      if (actual === JobStatus.CANCELING || actual === JobStatus.CANCELED) {
        throw new JobCanceledError('The Girder job of the task has been cancelled.', { cause: error });
      }
      if (this.#last !== JobStatus.CONVERTING_INPUT) throw error;
      this.#refused = true;
      console.warn(
        `Girder does not allow the status ${status} after CONVERTING_INPUT (821). To report no status 821, add it to GIRDER_WORKER_SKIP_STATUSES.`,
      );
    }
  }
}
