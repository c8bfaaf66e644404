import { createCeleryTable } from './celeryTable.ts';
import { createProcess } from './process.ts';
import { replaceEnded } from './replaceEnded.ts';
import { createSimulatedConsumer } from './simulatedConsumer.ts';
import { createPythonRunner } from './simulatedPythonWorker.ts';
import type { World } from './world.ts';

export interface PythonWorkersOptions {
  /** Workers at the same time. */
  readonly count: number;
  /** The name of the queue in SQS. */
  readonly queue: string;
}

/** How long a worker runs at most, and how long it takes until the next takes its place, in ms. */
const maxLifeMs = 2 * 3600 * 1000;

const concurrency = 4;
const visibilityTimeoutSeconds = 1800;

/** Workers of Celery in Python, each of which dies at some time; every other one has `acks_late`. */
export function startPythonWorkers(world: World, { count, queue }: PythonWorkersOptions): void {
  const { system, random, counts } = world;
  replaceEnded(world, count, live);

  async function live(): Promise<void> {
    counts.pythonWorkers += 1;
    const process = createProcess({ name: `Python worker ${counts.pythonWorkers}`, world: system, clockOffsetMs: 0 });
    const { transport } = world.servicesFor(process);
    const runMessage = createPythonRunner(world, {
      ...{ process, acksLate: counts.pythonWorkers % 2 === 0 },
      table: createCeleryTable(world.tableRequestsOf(process), process),
      publish: (body, name) => transport.publish(body, { queue: name }),
      acknowledge: ({ eventSourceARN, receiptHandle }) =>
        transport.acknowledge({ queueArn: eventSourceARN, receiptHandle }),
    });
    const consumer = createSimulatedConsumer(world, process, queue);
    for (let slot = 0; slot < concurrency; slot++) void serve();
    await Promise.race([system.sleep(random() * maxLifeMs), process.died]);
    process.die();

    /** Runs one message after the other. A request that fails ends the worker, and its messages are delivered again. */
    async function serve(): Promise<void> {
      try {
        for (;;) {
          const request = { maxMessages: 1, visibilityTimeoutSeconds, waitSeconds: 20 };
          for (const record of await consumer.receive(request)) {
            counts.pythonRuns += 1;
            await runMessage(record);
          }
        }
      } catch {
        process.die();
      }
    }
  }
}
