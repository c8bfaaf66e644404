const deploymentSizes =
  'There is no pool to resize: Lambda adds and removes environments by itself. Set maxConcurrency in serverless.yml, and deploy.';
const deploymentQueues =
  'The queues of a function are part of its deployment: change the events in serverless.yml, and deploy.';
const registryLimits = 'Limits are part of the registry: change the options of the task, and deploy.';
const noEvents = 'This worker sends no events. Its results and its log tell what tasks do.';
const noMemory =
  'Each invocation has its own process, so that there is no memory to look at. CloudWatch has the metrics of the function.';

/**
 * Celery's commands that make no sense where no worker process waits for them, and what to do instead. They are answered
 * with an error, as a client that is told nothing would wait, and believe that it was done.
 */
export const refusals: Readonly<Record<string, string>> = {
  poolGrow: deploymentSizes,
  poolShrink: deploymentSizes,
  autoscale: deploymentSizes,
  poolRestart: 'There is no pool to restart: deploy again, and all environments are new ones.',
  shutdown:
    'There is no worker process to shut down. To stop taking tasks, disable the event source mapping of the function.',
  addConsumer: deploymentQueues,
  cancelConsumer: deploymentQueues,
  rateLimit: registryLimits,
  timeLimit: registryLimits,
  enableEvents: noEvents,
  disableEvents: noEvents,
  heartbeat: noEvents,
  election: 'There are no other workers to hold an election with.',
  hello: 'There are no other workers to synchronise with: revocations are in the table.',
  clock: 'There is no logical clock here: each invocation has its own process.',
  memsample: noMemory,
  memdump: noMemory,
  objgraph: noMemory,
};
