/** The Girder job that is created when a task with a Girder job sends this task: the decorator `girder_job` of Girder Worker. */
export interface GirderJobOptions {
  /** @default '<unnamed job>' */
  readonly title?: string;
  /** @default 'celery' */
  readonly type?: string;
  /** Whether everybody may see the job. @default false */
  readonly public?: boolean;
  /** @default 'celery_handler', which lets users cancel the job */
  readonly handler?: string;
  /** More fields of the job. */
  readonly otherFields?: Readonly<Record<string, unknown>>;
}
