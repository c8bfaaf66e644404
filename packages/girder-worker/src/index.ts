import { app } from './app.ts';

export type { App, RegisteredTask } from './task/app.ts';
export type { ApplyOptions, AsyncResult, GroupResult, IdTuple, TaskMessage, TaskState } from './task/client/client.ts';
export type {
  Control,
  Inspect,
  QueueCounts,
  QueueStats,
  RevokeOptions,
  ScheduledTask,
  TaskInfo,
  WorkerStats,
} from './task/client/remoteControl.ts';
export type { Signature } from './task/client/signature.ts';
export type { TaskType, TaskTypes, TypedApp } from './task/client/typedTasks.ts';
export type { AppConfig, AppSettings } from './task/config.ts';
export {
  Ignore,
  MaxRetriesExceededError,
  NotRegistered,
  Reject,
  Retry,
  SoftTimeLimitExceeded,
  TaskError,
  TaskRevokedError,
  TimeLimitExceeded,
  WorkerLostError,
} from './task/errors.ts';
export type { Middleware, TaskCall } from './task/middleware.ts';
export type { TaskOptions } from './task/options.ts';
export { GirderWorkerPluginABC } from './task/plugin.ts';
export type { TaskRequest } from './task/request.ts';
export type { RetryOptions } from './task/retry.ts';
export { Task } from './task/task.ts';
export { TaskNameError, type TaskNameErrorCode } from './task/taskNameError.ts';

/** The functions that compose workflows: `await chain(add.s(1, 2), add.s(3)).applyAsync()`. */
export const { signature, chain, group, chord, chunks } = app.canvas;
