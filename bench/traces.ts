import { fileURLToPath } from 'node:url';
import { startEmulators } from '../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import { createResultTable } from '../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { bundleDeployment } from './support/deployment.ts';
import { bodyOf, startFunction, table } from './support/function.ts';
import { cpuSecondsOf } from './support/processes.ts';
import { interleave } from './support/rounds.ts';
import { spreadOf } from './support/spread.ts';
import type { BenchOptions, Figure, Findings, Subject } from './support/subject.ts';

const batchSize = 10;
const provider = fileURLToPath(new URL('./fixtures/traceProvider.mjs', import.meta.url));

/** The environments that are compared, by their names in the results. */
const environments = {
  unset: {},
  off: { GIRDER_WORKER_TRACES: 'off' },
  on: { GIRDER_WORKER_TRACES: 'on', NODE_OPTIONS: `--import ${provider}` },
};

export const traces: Subject = {
  name: 'traces',
  title: 'Traces of OpenTelemetry: what they cost for each task',
  async measure({ quick }: BenchOptions): Promise<Findings> {
    using deployment = await bundleDeployment();
    const { handlerFile } = deployment;
    const emulators = await startEmulators();
    await createResultTable(emulators.dynamodbEndpoint, table);
    const known: number[] = [];
    const start = async (env: NodeJS.ProcessEnv) => {
      const lambda = await startFunction({ emulators, handlerFile, env });
      const pids = lambda.pids().filter((pid) => !known.includes(pid));
      known.push(...pids);
      return { lambda, pids };
    };
    const functions: [string, Awaited<ReturnType<typeof start>>][] = [];
    for (const [name, env] of Object.entries(environments)) functions.push([name, await start(env)]);

    const batches = quick ? 20 : 50;
    const costOf = async ({ lambda, pids }: Awaited<ReturnType<typeof start>>) => {
      const [cpu, startMs] = [cpuSecondsOf(pids), performance.now()];
      for (let count = 0; count < batches; count++) await lambda.run(bodies());
      return {
        ms: (performance.now() - startMs) / batches,
        cpuMs: ((cpuSecondsOf(pids) - cpu) * 1000) / (batches * batchSize),
      };
    };
    for (const [, each] of functions) await costOf(each); // Warms up.
    const cases = functions.map(([name, each]) => [name, () => costOf(each)] as const);
    const values = await interleave(quick ? 2 : 9, Object.fromEntries(cases));
    await Promise.all(functions.map(([, { lambda }]) => lambda.kill()));
    await emulators.stop();
    return { figures: figuresOf(values), notes };
  },
};

function bodies(): string[] {
  return Array.from({ length: batchSize }, () => bodyOf('echo', ['x'.repeat(1024)]));
}

function figuresOf(values: Readonly<Record<string, Readonly<Record<string, number[]>>>>): Figure[] {
  const ratio = (name: string, figure: string) =>
    spreadOf(values[name]![figure]!.map((value, round) => value / values.unset![figure]![round]!));
  return [
    ...['off', 'on'].flatMap((name) => [
      {
        name: `batch of 10, traces ${name} / unset`,
        unit: 'ratio of the time of an invocation',
        spread: ratio(name, 'ms'),
      },
      { name: `batch of 10, traces ${name} / unset`, unit: 'ratio of CPU per task', spread: ratio(name, 'cpuMs') },
    ]),
    ...Object.keys(environments).flatMap((name) => [
      { name: `batch of 10, traces ${name}`, unit: 'ms per invocation', spread: spreadOf(values[name]!.ms!) },
      { name: `batch of 10, traces ${name}`, unit: 'ms CPU per task', spread: spreadOf(values[name]!.cpuMs!) },
    ]),
  ];
}

const notes = [
  'Without the variable and with `off` the same code runs: the ratio of these two is the noise of the machine, which other programs shared.',
  'Each task has a span, which a batch processor passes to an exporter that drops it; main thread and threads have a provider of the SDK.',
  'The task asks the main thread for the context of its span: one message to it and one back.',
];
