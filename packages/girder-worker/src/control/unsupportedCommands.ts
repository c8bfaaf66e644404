const noEvents = 'This worker sends no events. Its results and its log tell what tasks do.';
const noElection = 'There are no other workers to hold an election with.';
const noPeers = 'There are no other workers to synchronise with: revocations are in the table.';

const registryLimits = 'Limits are part of the registry: change the options of the task, and deploy.';

/** Nobody sends, or counts, what these would. */
const everywhere = {
  enableEvents: noEvents,
  disableEvents: noEvents,
  heartbeat: noEvents,
  election: noElection,
  hello: noPeers,
  rateLimit: registryLimits,
  timeLimit: registryLimits,
};

const deploymentSizes =
  'There is no pool to resize: Lambda adds and removes environments by itself. Set maxConcurrency in serverless.yml, and deploy.';
const deploymentQueues =
  'The queues of a function are part of its deployment: change the events in serverless.yml, and deploy.';
const noMemory =
  'Each invocation has its own process, so that there is no memory to look at. CloudWatch has the metrics of the function.';

const ofFunctions = {
  ...everywhere,
  poolGrow: deploymentSizes,
  poolShrink: deploymentSizes,
  autoscale: deploymentSizes,
  poolRestart: 'There is no pool to restart: deploy again, and all environments are new ones.',
  shutdown:
    'There is no worker process to shut down. To stop taking tasks, disable the event source mapping of the function.',
  addConsumer: deploymentQueues,
  cancelConsumer: deploymentQueues,
  clock: 'There is no logical clock here: each invocation has its own process.',
  memsample: noMemory,
  memdump: noMemory,
  objgraph: noMemory,
};

const workerSizes = 'The pool of this worker keeps its size: start it with another --concurrency.';
const workerQueues = 'The queues of this worker are those it was started with: start it with other --queues.';
const workerMemory = "This worker does not look at its own memory: Node's inspector (`node --inspect`) does.";

const ofWorkers = {
  ...everywhere,
  poolGrow: workerSizes,
  poolShrink: workerSizes,
  autoscale: workerSizes,
  poolRestart: 'Threads that fail are replaced by themselves. To load other code, start the worker anew.',
  addConsumer: workerQueues,
  cancelConsumer: workerQueues,
  clock: 'There is no logical clock here.',
  memsample: workerMemory,
  memdump: workerMemory,
  objgraph: workerMemory,
};

/**
 * Celery's commands that make no sense on Lambda, or that a long-running worker does not know, and what to do instead. They
 * are answered with an error, as a client that is told nothing would wait, and believe that it was done.
 */
export const unsupportedCommands: Readonly<Record<'ofFunctions' | 'ofWorkers', Readonly<Record<string, string>>>> = {
  ofFunctions,
  ofWorkers,
};
