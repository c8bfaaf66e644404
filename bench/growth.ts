import { loadConnections } from '../packages/girder-worker/src/connections/connections.ts';
import { connectStore } from '../packages/girder-worker/src/store/dynamodb/connectStore.ts';
import { startEmulators } from '../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import { createResultTable, localSqsClient } from '../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { isolatedVariables, stackVariables } from '../packages/girder-worker-dev/src/local/emulators/variables.ts';
import { bundleDeployment } from './support/deployment.ts';
import { drain } from './support/drain.ts';
import { bodyOf, startFunction, table } from './support/function.ts';
import { cpuSecondsOf } from './support/processes.ts';
import { interleave } from './support/rounds.ts';
import { spreadOf } from './support/spread.ts';
import type { BenchOptions, Findings, Subject } from './support/subject.ts';
import { startDispatcherOn } from './support/worker.ts';

const backlogs = [1, 10, 100, 1000];
const bodyKilobytes = [1, 16, 64, 256];

export const growth: Subject = {
  name: 'growth',
  title: 'Cost of a task, by the number of messages in the queue and by the size of the body',
  async measure({ quick }: BenchOptions): Promise<Findings> {
    using deployment = await bundleDeployment();
    const { handlerFile } = deployment;
    const emulators = await startEmulators();
    await createResultTable(emulators.dynamodbEndpoint, table);
    const sqs = localSqsClient(emulators.sqsEndpoint);
    const store = connectStore(loadConnections(isolatedVariables({}, stackVariables(emulators, table))).backend);
    const worker = await startDispatcherOn('celery', { emulators, handlerFile, invocations: 2 });
    const drained = (count: number) => () =>
      drain({ emulatorsPid: emulators.pid, sqs, store, queue: 'celery', worker }, { task: 'noop', args: [], count });
    await drained(40)();
    const counts = quick ? backlogs.slice(0, 3) : backlogs;
    const byBacklog = await interleave(
      quick ? 1 : 2,
      Object.fromEntries(counts.map((count) => [`messages in the queue: ${count}`, drained(count)])),
    );
    await worker.stop();
    sqs.destroy();

    const dispatcher = await startFunction({ emulators, handlerFile });
    const batchOf = (kilobytes: number) => async () => {
      const body = () => bodyOf('length', ['x'.repeat(textLength(kilobytes))]);
      const startCpu = cpuSecondsOf(dispatcher.pids());
      const batches = 5;
      for (let batch = 0; batch < batches; batch++) await dispatcher.run(Array.from({ length: 10 }, body));
      return { cpuMs: ((cpuSecondsOf(dispatcher.pids()) - startCpu) * 1000) / batches / 10 };
    };
    await batchOf(1)();
    const bySize = await interleave(
      quick ? 1 : 5,
      Object.fromEntries(bodyKilobytes.map((size) => [`body of ${size} KB`, batchOf(size)])),
    );
    await dispatcher.kill();
    await emulators.stop();
    return {
      figures: [
        ...Object.entries(byBacklog).map(([name, { perSecond }]) => ({
          name,
          unit: 'tasks/s',
          spread: spreadOf(perSecond!),
        })),
        ...Object.entries({ ...byBacklog, ...bySize }).map(([name, { cpuMs }]) => ({
          name,
          unit: 'ms CPU per task',
          spread: spreadOf(cpuMs!),
        })),
      ],
      notes: ['CPU is measured in ticks of 10 ms, which is too coarse for a single message.'],
    };
  },
};

/** The length of a text whose message has about this size: base64 is applied twice, which multiplies the size by 16/9. */
function textLength(kilobytes: number): number {
  return Math.max(1, Math.floor(((kilobytes * 1024 - 900) * 9) / 16));
}
