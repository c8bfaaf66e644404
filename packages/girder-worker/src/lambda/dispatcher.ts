import { createDispatcher } from '../dispatch/dispatcher.ts';
import type { Registry } from '../registry/registry.ts';
import { createBatchHandler } from './batchHandler.ts';

/**
 * Returns the Lambda handler of the dispatcher: runs the tasks of a batch of SQS records, and answers with the records that
 * failed. Assembles the dispatcher from the environment once, while Lambda initializes the function.
 *
 * Rejects with a ConfigurationError that lists all invalid environment variables.
 *
 * @param threadFile the module that calls `serveRegistry` with the same registry; the worker threads load it
 */
export function createDispatcherHandler(registry: Registry, threadFile: URL) {
  return createBatchHandler({ registry, threadFile, create: createDispatcher, consumesDeadLetters: false });
}
