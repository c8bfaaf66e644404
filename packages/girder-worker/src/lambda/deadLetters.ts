import { createDeadLetterConsumer } from '../dispatch/deadLetters.ts';
import type { Registry } from '../registry/registry.ts';
import { createBatchHandler } from './batchHandler.ts';

/**
 * Returns the Lambda handler of dead letters: fails the tasks of undelivered messages, and sends the messages to the dead-letter queue.
 * Threads start only for errbacks that it has to call. Assembles its parts from the environment as the dispatcher does, except that
 * GIRDER_WORKER_DEAD_LETTER_QUEUE_URL has no effect: the dead-letter queue is the redrive target of the queue that it consumes.
 *
 * Rejects with a ConfigurationError that lists all invalid environment variables.
 *
 * @param threadFile the module that calls `serveRegistry` with the same registry; the worker threads load it
 */
export function createDeadLetterHandler(registry: Registry, threadFile: URL) {
  return createBatchHandler({ registry, threadFile, create: createDeadLetterConsumer, consumesDeadLetters: true });
}
