import { startEmulators } from '../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import { createResultTable } from '../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { createTemporaryFolder } from '../test/support/deployment.ts';
import { bundleBareClient } from './support/bareClient.ts';
import { coldStart } from './support/coldStart.ts';
import { bundleDeployment } from './support/deployment.ts';
import { table } from './support/function.ts';
import { interleave } from './support/rounds.ts';
import { ratioOf, spreadOf } from './support/spread.ts';
import type { BenchOptions, Figure, Findings, Subject } from './support/subject.ts';

/** The client of DynamoDB alone, with nothing left out. */
const bare = 'the bare client of DynamoDB';

/** Numbers of tasks in the registry, without those of the benchmark. */
const sizes = [1, 100, 1000];

/** The executable of Node 22; undefined to skip it. */
const node22 = process.env.GIRDER_WORKER_BENCH_NODE22;

export const bundle: Subject = {
  name: 'bundle',
  title: 'Size and duration of a cold start, by the number of tasks in the registry',
  async measure({ quick }: BenchOptions): Promise<Findings> {
    const emulators = await startEmulators();
    await createResultTable(emulators.dynamodbEndpoint, table);
    const deployments = await Promise.all(sizes.map(async (size) => ({ size, bundled: await bundleDeployment(size) })));

    using folder = createTemporaryFolder();
    const bareClient = await bundleBareClient(folder.root);
    const nodes = { 'Node 24': process.execPath, ...(node22 && { 'Node 22': node22 }) };
    const values = await interleave(
      quick ? 3 : 15,
      Object.fromEntries([
        [bare, () => coldStart({ file: bareClient, emulators, concurrency: 1 })],
        ...Object.entries(nodes).flatMap(([node, executable]) =>
          deployments.map(({ size, bundled }) => [
            nameOf(node, size),
            () => coldStart({ node: executable, file: bundled.handlerFile, emulators, concurrency: 1 }),
          ]),
        ),
      ]),
    );
    const eager = deployments.map(({ size, bundled }): Figure => {
      const { eagerBytes } = bundled.report.entries.find(({ file }) => file === 'handler.mjs')!;
      const target = size === 1 ? { target: '<= 310' } : {};
      return {
        name: `handler.mjs, ${tasks(size)}`,
        unit: 'KB loaded',
        spread: spreadOf([eagerBytes / 1000]),
        ...target,
      };
    });
    for (const { bundled } of deployments) bundled[Symbol.dispose]();
    await emulators.stop();
    const ofBare = ratioOf(values[nameOf('Node 24', 1)]!.importMs!, values[bare]!.importMs!);
    const ratio = ratioOf(values[nameOf('Node 24', 1000)]!.importMs!, values[nameOf('Node 24', 1)]!.importMs!);
    return {
      figures: [
        ...eager,
        ...Object.entries(values).map(([name, { importMs }]) => ({
          name: `import, ${name}`,
          unit: 'ms',
          spread: spreadOf(importMs!),
        })),
        { name: `import, 1 task relative to ${bare}`, unit: 'x', spread: ofBare, target: '<= 1.2' },
        { name: 'import, 1000 tasks relative to 1 task', unit: 'x', spread: ratio, target: '<= 1.5' },
        ...Object.entries(values)
          .filter(([name]) => name !== bare)
          .map(([name, { firstTaskMs }]) => ({
            name: `first task after the import, ${name}`,
            unit: 'ms',
            spread: spreadOf(firstTaskMs!),
          })),
      ],
      notes: node22
        ? []
        : ['Node 22 was not measured. To measure it, set GIRDER_WORKER_BENCH_NODE22 to its executable.'],
    };
  },
};

function nameOf(node: string, size: number): string {
  return `${node}, ${tasks(size)}`;
}

function tasks(size: number): string {
  return size === 1 ? '1 task' : `${size} tasks`;
}
