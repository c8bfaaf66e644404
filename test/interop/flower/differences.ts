/** A field that is not the same as in Flower: in which tasks, and what it is here. */
export interface FieldDifference {
  /** Labels of `comparedTasks.ts`. */
  readonly of: readonly string[];
  readonly text: string;
}

/** Fields of a task. A field that is not in the list is the same in all tasks that are compared. */
export const fieldDifferences: Readonly<Record<string, FieldDifference>> = {
  args: {
    of: ['success', 'failure', 'revoked', 'parent'],
    text: 'a tuple, `(1, 2)`, also for a task that was sent through the API, where Flower shows the list of the request. For tasks that Celery sends, both show tuples.',
  },
  traceback: {
    of: ['retry', 'late retry', 'rejected'],
    text: 'that of a failure, or of a retry that waits. The result table keeps none of a retry that has run, and none of a rejected task.',
  },
};

/** Fields of the tasks that are the same by normalisation, although their values cannot be. */
export const fieldNotes: Readonly<Record<string, string>> = {
  clock: 'always 0: SQS has no logical clock',
  expires: 'always null: the history does not record it',
  sent: 'always null, as in Flower without `task_send_sent_event`',
  runtime: 'as the times: in steps of a millisecond',
  worker: 'the node name of the function or of the long-running worker: `girder-worker@NAME`',
  received: 'when the last delivery of the message arrived',
};

/** Fields of a worker that one side has, and the other has not; a field stands for those in it. */
export const workerDifferences: Readonly<Record<string, string>> = {
  'conf.deprecated_settings': 'not there',
  'conf.broker_transport_options': 'not there',
  'conf.broker_connection_retry_on_startup': 'not there',
  'conf.result_extended': 'not there: `conf` has `broker_url` and `result_backend`',
  'conf.worker_disable_prefetch': 'not there',
  'conf.include': 'not there',
  'stats.pid': 'not there: a function has many processes',
  'stats.clock': 'not there',
  'stats.uptime': 'not there',
  'stats.rusage': 'not there',
  'stats.pool.max-concurrency': 'not there',
  'stats.pool.processes': 'not there',
  'stats.pool.max-tasks-per-child': 'not there',
  'stats.pool.put-guarded-by-semaphore': 'not there',
  'stats.pool.timeouts': 'not there',
  'stats.pool.writes': 'not there',
  'stats.broker.hostname': 'not there: `url` instead',
  'stats.broker.userid': 'not there',
  'stats.broker.virtual_host': 'not there',
  'stats.broker.port': 'not there',
  'stats.broker.insist': 'not there',
  'stats.broker.ssl': 'not there',
  'stats.broker.connect_timeout': 'not there',
  'stats.broker.transport_options': 'not there',
  'stats.broker.login_method': 'not there',
  'stats.broker.uri_prefix': 'not there',
  'stats.broker.heartbeat': 'not there',
  'stats.broker.failover_strategy': 'not there',
  'stats.broker.credential_provider': 'not there',
  'stats.broker.url': 'only here: the URL of the broker without its password',
  'stats.queues': 'only here: the numbers of messages in the queues of the worker',
};

/** A request, and why the answer is not the same; undefined if it is. `<success>` stands for the id of the task with this label. */
export interface ComparedRequest {
  readonly request: string;
  readonly body?: unknown;
  readonly difference?: string;
}

export const comparedRequests: readonly ComparedRequest[] = [
  { request: 'GET /task/result/<success>' },
  { request: 'GET /task/result/<keyword arguments>' },
  { request: 'GET /task/result/<failure>' },
  { request: 'GET /task/result/<retry>' },
  { request: 'GET /task/result/<revoked>' },
  { request: 'GET /task/result/<ignored>' },
  { request: 'GET /task/result/<success>?timeout=1' },
  { request: 'GET /task/result/<success>?timeout=x' },
  { request: 'GET /task/result/no-such-id' },
  { request: 'GET /task/info/no-such-id' },
  { request: 'GET /task/types' },
  { request: 'GET /queues/length' },
  { request: 'GET /workers?status=true' },
  { request: 'GET /workers?refresh=maybe' },
  { request: 'GET /workers?workername=nobody' },
  { request: 'GET /tasks?limit=x' },
  { request: 'GET /tasks?offset=1.5' },
  { request: 'GET /tasks?sort_by=runtime' },
  { request: 'GET /tasks?received_start=yesterday' },
  { request: 'GET /tasks?search=ab' },
  { request: 'GET /tasks?search=(add' },
  { request: 'GET /tasks?search=add)' },
  { request: 'GET /tasks?search=()' },
  { request: 'GET /tasks?search=NOT' },
  { request: 'GET /tasks?search=-add' },
  { request: 'GET /tasks?search=add OR' },
  { request: 'GET /tasks?search=AND add' },
  { request: 'GET /tasks?search=name:' },
  { request: 'GET /tasks?search="add' },
  { request: 'GET /tasks?search=((((((add))))))' },
  {
    request: 'GET /tasks?search=result:boom',
    difference: 'The history has no results to search. A term without a field is not looked for in results, either.',
  },
  { request: 'GET /no-such-route', difference: 'a text, not a page' },
  { request: 'POST /task/apply/labtasks.add', body: { args: [1, 2] } },
  { request: 'POST /task/apply/labtasks.raises', body: { args: ['boom'], timeout: 20 } },
  { request: 'POST /task/apply/labtasks.sleeps', body: { args: [4], timeout: 1 } },
  { request: 'POST /task/apply/labtasks.add', body: { timeout: 'soon' } },
  { request: 'POST /task/async-apply/labtasks.add', body: { args: [1, 2], countdown: 60 } },
  { request: 'POST /task/async-apply/labtasks.add', body: { args: 1 } },
  { request: 'POST /task/async-apply/labtasks.add', body: [] },
  { request: 'POST /task/async-apply/labtasks.add', body: { eta: 'tomorrow' } },
  {
    request: 'POST /task/async-apply/labtasks.add',
    body: { args: [1, 2], routing_key: 'celery' },
    difference: 'An option that is not supported is refused, and the answer lists the others.',
  },
  {
    request: 'POST /task/async-apply/no.such.task',
    body: {},
    difference: 'The dashboard does not know which tasks are deployed: the task fails with NotRegistered.',
  },
  { request: 'POST /task/send-task/labtasks.add', body: { args: [1, 2], countdown: 60 } },
  { request: 'POST /task/revoke/no-such-id' },
  { request: 'POST /task/revoke/no-such-id?terminate=maybe' },
  { request: 'POST /task/abort/<success>' },
  { request: 'POST /worker/shutdown/nobody', difference: 'The route is not there.' },
];

/** Searches of tasks: both sides list the same ones, in the same order. */
export const comparedSearches: readonly string[] = [
  '',
  'sort_by=-received',
  'sort_by=-received&limit=3&offset=2',
  'limit=0',
  'limit=-1',
  'offset=-5',
  'taskname=labtasks.add',
  'taskname=All&state=FAILURE',
  'state=success',
  'workername=<the worker>',
  'workername=nobody',
  'received_start=2020-01-01 00:00',
  'received_end=2020-01-01 00:00',
  'search=boom',
  'search=BOOM',
  'search=state:SUCCESS',
  'search=name:keywords',
  'search=kwargs:a=1',
  'search=kwargs:b=x',
  'search=kwargs:a=2',
  'search=add OR raises',
  'search=(add OR raises) state:FAILURE',
  'search="labtasks.work"',
  'search=args:boom labtasks.raises',
  'search=worker:nobody',
];
