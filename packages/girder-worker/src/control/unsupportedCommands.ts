const events = 'Workers do not send events. Read the results and the logs to follow tasks.';
const election = 'Elections are not supported: workers do not know each other.';
const gossip = 'Workers do not synchronize with each other: revocations are stored in the table.';
const limits = 'Limits are part of the registry: change the options of the task, and deploy again.';

const unsupportedEverywhere = {
  enableEvents: events,
  disableEvents: events,
  heartbeat: events,
  election,
  hello: gossip,
  rateLimit: limits,
  timeLimit: limits,
};

const functionPool =
  'A Lambda function has no pool to resize: Lambda adds and removes environments itself. Change maxConcurrency in serverless.yml, and deploy again.';
const functionQueues =
  'The queues of a Lambda function are part of its deployment: change the events in serverless.yml, and deploy again.';
const functionMemory =
  'A Lambda function has no single process whose memory could be inspected. CloudWatch has the metrics of the function.';

const unsupportedByFunctions = {
  ...unsupportedEverywhere,
  poolGrow: functionPool,
  poolShrink: functionPool,
  autoscale: functionPool,
  poolRestart: 'A Lambda function has no pool to restart: deploy again to replace all its environments.',
  shutdown:
    'A Lambda function has no worker process to shut down. To stop taking tasks, disable the event source mapping of the function.',
  addConsumer: functionQueues,
  cancelConsumer: functionQueues,
  clock: 'A Lambda function has no logical clock.',
  memsample: functionMemory,
  memdump: functionMemory,
  objgraph: functionMemory,
};

const workerPool = 'The size of the pool is fixed: start the worker again with another --concurrency.';
const workerQueues = 'The queues of a worker are fixed: start it again with other --queues.';
const workerMemory = "This worker cannot inspect its memory: start it with Node's inspector (`node --inspect`).";

const unsupportedByWorkers = {
  ...unsupportedEverywhere,
  poolGrow: workerPool,
  poolShrink: workerPool,
  autoscale: workerPool,
  poolRestart: 'The pool replaces threads that fail itself. To load changed code, start the worker again.',
  addConsumer: workerQueues,
  cancelConsumer: workerQueues,
  clock: 'This worker has no logical clock.',
  memsample: workerMemory,
  memdump: workerMemory,
  objgraph: workerMemory,
};

/**
 * Celery's commands that are not supported, by their names in camelCase, with the error that answers them: the reason, and
 * what to do instead. Without an answer, the client would wait for its timeout and take the command for executed.
 */
export const unsupportedCommands: Readonly<Record<'ofFunctions' | 'ofWorkers', Readonly<Record<string, string>>>> = {
  ofFunctions: unsupportedByFunctions,
  ofWorkers: unsupportedByWorkers,
};
