import { createResultTable } from '../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { startCountingProxy } from '../test/support/countingProxy.ts';
import { dynamodbLocal, requireJava } from '../test/support/requirements.ts';
import { bundleDeployment } from './support/deployment.ts';
import { bodyOf, startFunction, table } from './support/function.ts';
import { cpuSecondsOf } from './support/processes.ts';
import { interleave } from './support/rounds.ts';
import { ratioOf, spreadOf } from './support/spread.ts';
import type { BenchOptions, Figure, Findings, Subject } from './support/subject.ts';

const batchSize = 10;
const together = 'several writes in one request';
const single = 'a request for each write';
/** A bundle of another version, to compare with; undefined for none. */
const otherBundle = process.env.GIRDER_WORKER_BENCH_OTHER_HANDLER;
const other = 'the other version';

export const batchWrites: Subject = {
  name: 'batch-writes',
  title: 'Batches of ten short tasks on DynamoDB Local, which knows BatchExecuteStatement',
  unavailable: () => (requireJava() ? undefined : 'DynamoDB Local needs Java and Maven.'),
  async measure({ quick }: BenchOptions): Promise<Findings> {
    using deployment = await bundleDeployment();
    const local = await dynamodbLocal();
    await createResultTable(local.endpoint, table);
    const direct = await startCountingProxy(local.endpoint);
    const distant = await startCountingProxy(local.endpoint, 5);
    const start = (dynamodbEndpoint: string, handlerFile: string, env: NodeJS.ProcessEnv) =>
      startFunction({ emulators: { sqsEndpoint: 'http://127.0.0.1:9', dynamodbEndpoint }, handlerFile, env });
    const batch = () => Array.from({ length: batchSize }, () => bodyOf('noop'));
    const timeOf = async (run: (bodies: string[]) => Promise<void>) => {
      const startMs = performance.now();
      await run(batch());
      return performance.now() - startMs;
    };

    const measure = async (handlerFile: string, env: NodeJS.ProcessEnv) => {
      const [near, far, counted] = await Promise.all([
        start(local.endpoint, handlerFile, env),
        start(distant.endpoint, handlerFile, env),
        start(direct.endpoint, handlerFile, env),
      ]);
      const batches = quick ? 20 : 100;
      const cpuUs = async () => {
        const startSeconds = cpuSecondsOf(near.pids());
        for (let i = 0; i < batches; i++) await near.run(batch());
        return ((cpuSecondsOf(near.pids()) - startSeconds) * 1e6) / (batches * batchSize);
      };
      return {
        async warmUp() {
          for (const { run } of [near, far, counted]) for (let i = 0; i < 20; i++) await run(batch());
        },
        async round() {
          direct.calls.length = 0;
          await counted.run(batch());
          const requests = direct.calls.length;
          return { requests, cpuUs: await cpuUs(), ms: await timeOf(near.run), distantMs: await timeOf(far.run) };
        },
        kill: () => Promise.all([near.kill(), far.kill(), counted.kill()]),
      };
    };
    const cases = {
      [together]: await measure(deployment.handlerFile, {}),
      [single]: await measure(deployment.handlerFile, { GIRDER_WORKER_BATCH_WRITES: 'off' }),
      ...(otherBundle && { [other]: await measure(otherBundle, {}) }),
    };
    for (const { warmUp } of Object.values(cases)) await warmUp();
    const values = await interleave(
      quick ? 3 : 15,
      Object.fromEntries(Object.entries(cases).map(([name, { round }]) => [name, round])),
    );
    for (const { kill } of Object.values(cases)) await kill();
    await Promise.all([direct.stop(), distant.stop()]);
    await local.stop();
    return { figures: figuresOf(values), notes };
  },
};

function figuresOf(values: Record<string, Record<string, number[]>>): Figure[] {
  const units = {
    requests: 'requests for a batch of ten',
    cpuUs: 'us CPU per task',
    ms: 'ms until ten results are stored',
    distantMs: 'ms until ten results are stored, with 5 ms more for each request',
  };
  const absolute = Object.entries(units).flatMap(([key, unit]) =>
    Object.entries(values).map(([name, figures]): Figure => ({ name, unit, spread: spreadOf(figures[key]!) })),
  );
  const ratios = Object.keys(values)
    .filter((name) => name !== together)
    .flatMap((name) =>
      Object.entries(units).map(
        ([key, unit]): Figure => ({
          name: `${together}, relative to ${name}`,
          unit: `x ${unit}`,
          spread: ratioOf(values[together]![key]!, values[name]![key]!),
        }),
      ),
    );
  return [...absolute, ...ratios];
}

const notes = [
  'The CPU is that of the process of the function, with its threads. DynamoDB Local runs on the same cores.',
];
