import { dirname } from 'node:path';
import { loadConnections } from '../packages/girder-worker/src/connections/connections.ts';
import { connectStore } from '../packages/girder-worker/src/store/dynamodb/connectStore.ts';
import { type Emulators, startEmulators } from '../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import {
  createQueue,
  createResultTable,
  localSqsClient,
} from '../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { isolatedVariables, stackVariables } from '../packages/girder-worker-dev/src/local/emulators/variables.ts';
import { dynamodbLocal, pythonVenv, requireJava, requirePython } from '../test/support/requirements.ts';
import { startWorkerProcess } from '../test/support/workerProcess.ts';
import { celeryVersion, startCelery } from './support/celeryWorker.ts';
import { bundleDeployment } from './support/deployment.ts';
import { drain } from './support/drain.ts';
import { table } from './support/function.ts';
import { childrenWith } from './support/processes.ts';
import { interleave } from './support/rounds.ts';
import { ratioOf, spreadOf } from './support/spread.ts';
import type { BenchOptions, Figure, Findings, Subject } from './support/subject.ts';
import { type RunningWorker, startDispatcherOn } from './support/worker.ts';

const celery = 'Celery prefork -c 2, tuned';
const ourWorker = 'girder-worker worker -c 2';
const ourFunction = 'girder-worker, as a function';

export const worker: Subject = {
  name: 'worker',
  title: 'The long-running worker and the function on DynamoDB Local, compared with a tuned Celery worker',
  unavailable: () => (requirePython() && requireJava() ? undefined : 'real Celery needs Python, DynamoDB Local Java.'),
  async measure({ quick }: BenchOptions): Promise<Findings> {
    const python = await pythonVenv(celeryVersion);
    using deployment = await bundleDeployment();
    const local = await dynamodbLocal();
    await createResultTable(local.endpoint, table);
    const running = await startEmulators();
    const emulators: Emulators = { ...running, dynamodbEndpoint: local.endpoint };
    const sqs = localSqsClient(emulators.sqsEndpoint);
    const env = isolatedVariables(process.env, stackVariables(emulators, table));
    const store = connectStore(loadConnections(env).backend);
    const count = quick ? 150 : 600;
    let queues = 0;

    const run = (start: (queue: string) => Promise<RunningWorker>) => async () => {
      const queue = `bench-${++queues}`;
      const started = await start(queue);
      try {
        const noops = { task: 'noop', args: [], count };
        const measured = () => drain({ emulatorsPid: emulators.pid, sqs, store, queue, worker: started }, noops);
        await measured(); // Lets V8 compile the code.
        const { perSecond, cpuMs, failed } = await measured();
        return { perSecond, cpuMs, failed };
      } finally {
        await started.stop();
      }
    };
    const startWorker = async (queue: string): Promise<RunningWorker> => {
      await createQueue(sqs, { name: queue, visibilityTimeoutSeconds: 300, maxReceiveCount: 10 });
      const root = dirname(dirname(deployment.handlerFile));
      const started = startWorkerProcess(env, '--root', root, '--no-build', '-Q', queue, '-c', '2', '-l', 'info');
      await started.printed(' ready.');
      return { pids: () => childrenWith('cli/main.ts'), stop: () => Promise.resolve(started[Symbol.asyncDispose]()) };
    };
    const { handlerFile } = deployment;
    const values = await interleave(quick ? 1 : 3, {
      [ourWorker]: run(startWorker),
      [ourFunction]: run((queue) => startDispatcherOn(queue, { emulators, handlerFile, invocations: 2 })),
      [celery]: run((queue) => startCelery({ pool: 'prefork', settings: 'tuned', python, emulators }, queue)),
    });
    sqs.destroy();
    await running.stop();
    await local.stop();
    return { figures: figuresOf(values), notes };
  },
};

function figuresOf(values: Record<string, Record<string, number[]>>): Figure[] {
  const units = { perSecond: 'tasks/s', cpuMs: 'ms CPU per task', failed: 'tasks that failed' };
  const targets = { [ourWorker]: '<= 0.35', [ourFunction]: '<= 0.12' };
  return [
    ...Object.entries(units).flatMap(([key, unit]) =>
      Object.entries(values).map(([name, figures]) => ({ name, unit, spread: spreadOf(figures[key]!) })),
    ),
    ...Object.entries(targets).map(([name, target]) => ({
      name: `${name}, relative to ${celery}`,
      unit: 'x CPU per task',
      spread: ratioOf(values[name]!.cpuMs!, values[celery]!.cpuMs!),
      target,
    })),
  ];
}

const notes = [
  'Noops; queues in the emulator of SQS. Celery and the worker poll for themselves; for the function, the benchmark polls.',
];
