export type { App, RegisteredTask } from './task/app.ts';
export type { ApplyOptions, AsyncResult, Control, TaskState } from './task/client.ts';
export type { AppConfig, AppSettings } from './task/config.ts';
export {
  NotRegistered,
  SoftTimeLimitExceeded,
  TaskRevokedError,
  TimeLimitExceeded,
  WorkerLostError,
} from './task/errors.ts';
export type { TaskOptions } from './task/options.ts';
export { GirderWorkerPluginABC } from './task/plugin.ts';
export type { TaskRequest } from './task/request.ts';
export { Task } from './task/task.ts';
