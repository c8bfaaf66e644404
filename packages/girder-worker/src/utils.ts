export type {
  GirderClient,
  GirderDocument,
  GirderParameters,
  GirderRequestOptions,
  TransferOptions,
  UploadOptions,
  UploadTarget,
} from './task/girder/girderClient.ts';
export type { GirderJobOptions } from './task/girder/girderJob.ts';
export type { JobManager, JobProgress } from './task/girder/jobManager.ts';
export { JobStatus } from './task/girder/jobStatus.ts';
export { Task, type TaskLog } from './task/task.ts';
