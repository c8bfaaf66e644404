import type { QueueConsumer } from '../transport/queueConsumer.ts';
import { isFifo } from '../transport/queueName.ts';
import type { Process } from './process.ts';
import type { World } from './world.ts';

/** Between two looks for a message while a request waits for one, in ms: each time twice as long. */
const pauseMs = { first: 200, max: 10_000 };

/**
 * A queue as a process receives from it. A request that waits for messages lasts as long as the process asks, or up to 20 seconds:
 * while nothing happens, days of virtual time must cost little.
 */
export function createSimulatedConsumer(world: World, process: Process, queue: string): QueueConsumer {
  const { system } = process;
  const request = world.requestsOf(process);
  return {
    name: queue,
    arn: `arn:aws:sqs:us-east-1:000000000000:${queue}`,
    isFifo: isFifo(queue),
    hasDeadLetterQueue: true,
    undelivered: async () => undefined,
    async receive(options) {
      const endMs = system.now() + 2 * pauseMs.max;
      for (let waitMs = pauseMs.first; ; waitMs = Math.min(2 * waitMs, pauseMs.max)) {
        if (world.hasVisible(queue)) {
          const records = await request('queue', () => world.receive(queue, options));
          if (records.length > 0) return records;
        }
        if (system.now() >= endMs) return [];
        await system.sleep(waitMs);
      }
    },
  };
}
