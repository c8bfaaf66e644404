import type { AppSettings } from '../../packages/girder-worker/src/task/config.ts';
import type { TaskOptions } from '../../packages/girder-worker/src/task/options.ts';

/** What becomes of an option of Celery's `@app.task(…)`. */
export interface MovedOption {
  /** The option here; undefined if there is none. */
  readonly option?: keyof TaskOptions;
  /** The app setting here that applies to tasks without the option. */
  readonly setting?: keyof AppSettings;
  readonly note: string;
}

/** Attributes of Celery's class Task that are no options. */
export const noOptions: readonly string[] = ['Strategy', 'Request', 'request_stack', 'abstract', 'from_config', 'app'];

/** All options of a task of Celery 5.7: the attributes of its class Task, and the arguments that `app.task` adds. */
export const celeryTaskOptions: Readonly<Record<string, MovedOption>> = {
  name: { option: 'name', note: 'derived from module and export, as in Python' },
  bind: { note: 'every task has `this`' },
  base: { note: 'none: write a function that wraps the task' },
  max_retries: { option: 'maxRetries', note: '' },
  default_retry_delay: { option: 'defaultRetryDelay', note: 'in seconds' },
  autoretry_for: { option: 'autoretryFor', note: "error classes, or names such as `'ConnectionError'`" },
  dont_autoretry_for: { option: 'dontAutoretryFor', note: '' },
  retry_kwargs: { option: 'retryKwargs', note: '' },
  retry_backoff: { option: 'retryBackoff', note: '' },
  retry_backoff_max: { option: 'retryBackoffMax', note: 'in seconds' },
  retry_jitter: { option: 'retryJitter', note: '' },
  rate_limit: { note: 'none: limit concurrent invocations with `maxConcurrency` in serverless.yml' },
  ignore_result: { option: 'ignoreResult', setting: 'taskIgnoreResult', note: '' },
  time_limit: {
    option: 'timeLimit',
    setting: 'taskTimeLimit',
    note: 'in seconds; the timeout of the function limits it, too',
  },
  soft_time_limit: {
    option: 'softTimeLimit',
    setting: 'taskSoftTimeLimit',
    note: 'in seconds; `this.signal` is aborted, where Python raises in the middle of the code',
  },
  acks_late: { option: 'acksLate', note: '**true** by default: a task runs again if its worker dies' },
  throws: { option: 'throws', note: 'expected errors: logged without a traceback' },
  expires: { option: 'expires', note: 'in seconds after sending' },
  priority: { option: 'priority', note: 'SQS ignores it, as with Celery' },
  queue: { option: 'queue', setting: 'taskDefaultQueue', note: '' },
  pydantic: { option: 'args', note: 'any Standard Schema (Zod, Valibot, ArkType, …)' },
  acks_on_failure_or_timeout: {
    note: 'none: the message of a task that failed is acknowledged, as by default in Celery',
  },
  acks_on_failure: { note: 'none, as `acks_on_failure_or_timeout`' },
  acks_on_timeout: { note: 'none, as `acks_on_failure_or_timeout`' },
  reject_on_worker_lost: {
    note: 'always: the message of a worker that died is delivered again, `GIRDER_WORKER_MAX_DELIVERIES` times at most',
  },
  retry_on_worker_lost: { note: 'none, as `reject_on_worker_lost`' },
  store_eager_result: { note: 'none: a task that is called as a function stores nothing' },
  store_errors_even_if_ignored: { note: 'none: a task that ignores its result stores no error either' },
  track_started: { option: 'trackStarted', setting: 'taskTrackStarted', note: 'off by default, as in Celery' },
  serializer: { note: 'results are JSON; messages in JSON, YAML and msgpack are read' },
  typing: { note: 'always: arguments that do not fit fail the task with a TypeError' },
  trail: { note: 'always: children are stored' },
  send_events: { note: "none: Celery's events are not supported" },
  resultrepr_maxsize: { note: 'fixed' },
};
