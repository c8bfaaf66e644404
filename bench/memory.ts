import { startEmulators } from '../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import { createResultTable } from '../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { coldStart } from './support/coldStart.ts';
import { bundleDeployment } from './support/deployment.ts';
import { table } from './support/function.ts';
import { interleave } from './support/rounds.ts';
import { spreadOf } from './support/spread.ts';
import type { BenchOptions, Findings, Subject } from './support/subject.ts';

const threadCounts = [1, 2, 3, 5, 10];

/** Long enough that each message gets a thread of its own before the first thread is free again. */
const pauseMs = 1000;

export const memory: Subject = {
  name: 'memory',
  title: 'Physical memory of the function, by the number of threads',
  async measure({ quick }: BenchOptions): Promise<Findings> {
    using deployment = await bundleDeployment();
    const emulators = await startEmulators();
    await createResultTable(emulators.dynamodbEndpoint, table);
    const residentWith = (count: number) => async () => {
      const batch = { task: 'pauses', args: [pauseMs], count };
      return coldStart({ file: deployment.handlerFile, emulators, concurrency: count, batch });
    };
    const values = await interleave(
      quick ? 2 : 7,
      Object.fromEntries(threadCounts.map((count) => [`threads, each with a task: ${count}`, residentWith(count)])),
    );
    await emulators.stop();
    const [first, ...others] = Object.values(values).map(({ mib }) => mib!);
    const perThread = others.at(-1)!.map((mib, round) => (mib - first![round]!) / (threadCounts.at(-1)! - 1));
    return {
      figures: [
        ...Object.entries(values).map(([name, { mib }]) => ({ name, unit: 'MiB', spread: spreadOf(mib!) })),
        { name: 'each additional thread', unit: 'MiB', spread: spreadOf(perThread) },
      ],
      notes: ['Resident set size of the process. Lambda adds the memory of its runtime.'],
    };
  },
};
