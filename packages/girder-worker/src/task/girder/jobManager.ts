import type { JobStatus } from './jobStatus.ts';

/** The Girder job of the running task: `this.jobManager`. Updates are sent at most every 0.5 s, and before each status. */
export interface JobManager {
  /** Appends text to the log of the job, as it is: without a line break at its end. */
  write(text: string, options?: { readonly forceFlush?: boolean }): void;
  /**
   * Updates the progress of the job. What is left out stays as it is.
   *
   * @example this.jobManager?.updateProgress({ total: 10, current: 3, message: 'Resizing' })
   */
  updateProgress(progress: JobProgress): void;
  /**
   * Moves the job to a status, after all that was written before. The worker itself sets RUNNING, SUCCESS, ERROR and
   * CANCELED. Resolves when Girder has answered; a Girder that cannot be reached does not reject it.
   *
   * Rejects with StateTransitionError if Girder does not allow the transition, for example of a cancelled job.
   */
  updateStatus(status: JobStatus): Promise<void>;
  /** Asks Girder for the status of the job. Rejects with GirderError if Girder cannot be reached. */
  refreshStatus(): Promise<JobStatus>;
}

export interface JobProgress {
  /** The value at which the task is done; 0 or less for an unknown one. */
  readonly total?: number | undefined;
  readonly current?: number | undefined;
  readonly message?: string | undefined;
  /** Sends the update at once. Useful if no other update follows for some time. @default false */
  readonly forceFlush?: boolean | undefined;
}
