import { startEmulators } from '../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import { createHistoryTable, createResultTable } from '../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { startCountingProxy } from '../test/support/countingProxy.ts';
import { bundleDeployment } from './support/deployment.ts';
import { bodyOf, startFunction, table } from './support/function.ts';
import { cpuSecondsOf } from './support/processes.ts';
import { interleave } from './support/rounds.ts';
import { spreadOf } from './support/spread.ts';
import type { BenchOptions, Figure, Findings, Subject } from './support/subject.ts';
import { itemBytes, writeUnits } from './support/writeUnits.ts';

const historyTable = `${table}-history`;
const batchSizes = [1, 2, 5, 10];

export const history: Subject = {
  name: 'history',
  title: 'The history of runs: what it costs for each task, by the size of the batch',
  async measure({ quick }: BenchOptions): Promise<Findings> {
    using deployment = await bundleDeployment();
    const emulators = await startEmulators();
    await createResultTable(emulators.dynamodbEndpoint, table);
    await createHistoryTable(emulators.dynamodbEndpoint, historyTable);
    const dynamodb = await startCountingProxy(emulators.dynamodbEndpoint);
    const place = {
      emulators: { ...emulators, dynamodbEndpoint: dynamodb.endpoint },
      handlerFile: deployment.handlerFile,
    };
    const without = await startFunction(place);
    const pidsWithout = without.pids();
    const recording = await startFunction({ ...place, env: { GIRDER_WORKER_HISTORY_TABLE: historyTable } });
    const pidsRecording = recording.pids().filter((pid) => !pidsWithout.includes(pid));

    const unitsOf = async (size: number) => {
      dynamodb.calls.length = 0;
      await recording.run(bodiesOf(size));
      const items = dynamodb.calls
        .filter(({ operation }) => operation === 'PutItem')
        .map(({ request }) => request.Item);
      const units = items.map((item) => writeUnits(itemBytes(item as Record<string, object>)));
      return { writes: items.length / size, units: units.reduce((sum, each) => sum + each, 0) / size };
    };
    const batches = quick ? 20 : 200;
    const timeOf = async (run: typeof recording.run, pids: readonly number[]) => {
      const [cpu, startMs] = [cpuSecondsOf(pids), performance.now()];
      for (let count = 0; count < batches; count++) await run(bodiesOf(10));
      return {
        ms: (performance.now() - startMs) / batches,
        cpuMs: ((cpuSecondsOf(pids) - cpu) * 1000) / (batches * 10),
      };
    };

    const cases = batchSizes.map((size) => [`batch of ${size}`, () => unitsOf(size)] as const);
    const units = await interleave(quick ? 3 : 20, Object.fromEntries(cases));
    const times = await interleave(quick ? 2 : 7, {
      off: () => timeOf(without.run, pidsWithout),
      on: () => timeOf(recording.run, pidsRecording),
    });
    await Promise.all([without.kill(), recording.kill(), dynamodb.stop()]);
    await emulators.stop();
    return { figures: [...Object.entries(units).flatMap(unitFigures), ...timeFigures(times)], notes };
  },
};

/** Messages of tasks with a kilobyte of arguments, of which the history shows a part. */
function bodiesOf(size: number): string[] {
  const text = () => Buffer.from(crypto.getRandomValues(new Uint8Array(768))).toString('base64');
  return Array.from({ length: size }, () => bodyOf('echo', [text()]));
}

function unitFigures([name, values]: [string, Record<string, number[]>]): Figure[] {
  return [
    { name, unit: 'writes to the history per task', spread: spreadOf(values.writes!) },
    {
      ...{ name, unit: 'write units per task', spread: spreadOf(values.units!) },
      ...(name === 'batch of 10' && { target: '<= 0.25' }),
    },
  ];
}

function timeFigures({ on, off }: Record<string, Record<string, number[]>>): Figure[] {
  const ratios = (key: string) => spreadOf(on![key]!.map((value, round) => value / off![key]![round]!));
  return [
    { name: 'batch of 10, with history / without', unit: 'ratio of the time of an invocation', spread: ratios('ms') },
    { name: 'batch of 10, with history / without', unit: 'ratio of CPU per task', spread: ratios('cpuMs') },
    { name: 'batch of 10, without history', unit: 'ms per invocation', spread: spreadOf(off!.ms!) },
    { name: 'batch of 10, with history', unit: 'ms per invocation', spread: spreadOf(on!.ms!) },
  ];
}

const notes = [
  'Write units are computed from the sizes of the items by the rules of DynamoDB; the emulator does not count them.',
  'Each task has a kilobyte of random text as its argument, which does not compress: the history cuts what it has no space for.',
];
