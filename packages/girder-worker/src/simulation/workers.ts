import { createProcess, type Process } from './process.ts';
import { replaceEnded } from './replaceEnded.ts';
import { type SimulatedWorkerOptions, startSimulatedWorker } from './simulatedWorker.ts';
import type { Services, World } from './world.ts';

export interface WorkersOptions extends Pick<SimulatedWorkerOptions, 'queues'> {
  /** Workers at the same time. */
  readonly count: number;
  /** How far the clocks of the workers are off at most, in ms. */
  readonly maxClockOffsetMs: number;
  /** How long a worker runs at most, in ms. */
  readonly maxLifeMs: number;
  /** What a worker is made of. */
  readonly partsOf: (process: Process) => Services & Pick<SimulatedWorkerOptions, 'pool' | 'girder' | 'mutateConsumer'>;
}

/** The longest that a cold shutdown takes, as in `runWorker`. */
const coldShutdownMs = 10_000;

/** Long-running workers: each dies, is shut down warm, or is shut down cold, and another takes its place. */
export function startWorkers(world: World, options: WorkersOptions): void {
  const { count, queues, maxClockOffsetMs, maxLifeMs, partsOf } = options;
  const { system, random, observer, counts } = world;
  replaceEnded(world, count, live);

  async function live(): Promise<void> {
    counts.workers += 1;
    const clockOffsetMs = Math.round((random() * 2 - 1) * maxClockOffsetMs);
    const process = createProcess({ name: `worker ${counts.workers}`, world: system, clockOffsetMs });
    const worker = startSimulatedWorker(world, { process, queues, ...partsOf(process) });
    await Promise.race([system.sleep(random() * maxLifeMs), process.died]);
    if (process.isDead) return;
    const dice = random();
    if (dice < 1 / 3) return process.die();

    const drained = worker.drain().then(() => true);
    const isCold = dice < 2 / 3;
    if (isCold) worker.abort();
    const forced = isCold ? system.sleep(coldShutdownMs).then(() => false) : process.died.then(() => false);
    if (await Promise.race([drained, forced]))
      observer.returned({ process, deadlineMs: Number.POSITIVE_INFINITY, sent: [], failed: [] });
    else process.die();
  }
}
