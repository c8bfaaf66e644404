/** The statuses of a Girder job: those of Girder, and from 820 those of Girder Worker. */
export const JobStatus = {
  INACTIVE: 0,
  QUEUED: 1,
  RUNNING: 2,
  SUCCESS: 3,
  ERROR: 4,
  CANCELED: 5,
  /** Inputs are being downloaded. */
  FETCHING_INPUT: 820,
  /** Inputs are being converted to the formats of the task. */
  CONVERTING_INPUT: 821,
  /** Outputs are being converted to the formats that were asked for. */
  CONVERTING_OUTPUT: 822,
  /** Outputs are being uploaded. */
  PUSHING_OUTPUT: 823,
  /** A user has cancelled the job, and its task has not stopped yet. */
  CANCELING: 824,
} as const;

export type JobStatus = (typeof JobStatus)[keyof typeof JobStatus];
