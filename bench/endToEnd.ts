import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { loadConnections } from '../packages/girder-worker/src/connections/connections.ts';
import { connectStore } from '../packages/girder-worker/src/store/dynamodb/connectStore.ts';
import { localCredentials, localRegion } from '../packages/girder-worker-dev/src/local/emulators/credentials.ts';
import { startEmulators } from '../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import { createResultTable, localSqsClient } from '../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { isolatedVariables, stackVariables } from '../packages/girder-worker-dev/src/local/emulators/variables.ts';
import { pythonVenv, requirePython } from '../test/support/requirements.ts';
import { fencedWrites, measureCeiling, plainWrites } from './support/ceiling.ts';
import { type CeleryOptions, celeryVersion, startCelery } from './support/celeryWorker.ts';
import { bundleDeployment } from './support/deployment.ts';
import { drain, type Load } from './support/drain.ts';
import { table } from './support/function.ts';
import { interleave } from './support/rounds.ts';
import { ratioOf, spreadOf } from './support/spread.ts';
import type { BenchOptions, Figure, Findings, Subject } from './support/subject.ts';
import { type RunningWorker, startDispatcherOn } from './support/worker.ts';

/**
 * Numbers of tasks, large enough to average out Celery's pause of one second between polls. With its defaults, Celery runs
 * about 8 tasks/s.
 */
const fast = { count: 600, quickCount: 150 };
const slow = { count: 24, quickCount: 16 };

const ours = 'girder-worker';
const tunedPrefork = 'Celery prefork -c 2, tuned';
const plain = 'emulators only, two plain writes';
const fenced = 'emulators only, two conditional writes';
const defaultPrefork = 'Celery prefork -c 2, defaults';

export const endToEnd: Subject = {
  name: 'end-to-end',
  title: 'From the queue to the stored result, compared with Celery on the same emulators',
  unavailable: () => (requirePython() ? undefined : 'real Celery needs Python 3 with venv.'),
  async measure({ quick }: BenchOptions): Promise<Findings> {
    const python = await pythonVenv(celeryVersion);
    using deployment = await bundleDeployment();
    const emulators = await startEmulators();
    await createResultTable(emulators.dynamodbEndpoint, table);
    const sqs = localSqsClient(emulators.sqsEndpoint);
    const store = connectStore(loadConnections(isolatedVariables({}, stackVariables(emulators, table))).backend);
    const dynamodb = new DynamoDBClient({
      endpoint: emulators.dynamodbEndpoint,
      region: localRegion,
      credentials: localCredentials,
    });
    let queues = 0;

    /** Starts a new worker for each run, which runs some tasks before the measurement. */
    const run = (start: (queue: string) => Promise<RunningWorker>, size: typeof fast) => async () => {
      const queue = `bench-${++queues}`;
      const worker = await start(queue);
      try {
        const count = quick ? size.quickCount : size.count;
        const measured = (load: Load) => drain({ emulatorsPid: emulators.pid, sqs, store, queue, worker }, load);
        await measured({ task: 'noop', args: [], count }); // Lets V8 compile the code.
        const noop = await measured({ task: 'noop', args: [], count });
        const fib = await measured({ task: 'fibonacci', args: [20], count });
        return {
          noop: noop.perSecond,
          noopCpu: noop.cpuMs,
          fib: fib.perSecond,
          fibCpu: fib.cpuMs,
          emulators: noop.emulatorsCpuMs,
          failed: noop.failed + fib.failed,
        };
      } finally {
        await worker.stop();
      }
    };
    const celery = (options: Pick<CeleryOptions, 'pool' | 'settings'>) =>
      run((queue) => startCelery({ ...options, python, emulators }, queue), options.settings === 'tuned' ? fast : slow);
    const dispatcher = (env: NodeJS.ProcessEnv = {}) =>
      run(
        (queue) => startDispatcherOn(queue, { emulators, handlerFile: deployment.handlerFile, invocations: 2, env }),
        fast,
      );

    const ceiling = (twoWrites: (id: string) => Promise<void>) => async () => {
      const count = quick ? fast.quickCount : fast.count;
      const { perSecond, cpuMs } = await measureCeiling({ sqs, queue: `bench-${++queues}`, count, twoWrites });
      return { noop: perSecond, noopCpu: cpuMs };
    };

    const values = await interleave(quick ? 1 : 3, {
      [ours]: dispatcher(),
      [defaultPrefork]: celery({ pool: 'prefork', settings: 'defaults' }),
      'Celery solo, defaults': celery({ pool: 'solo', settings: 'defaults' }),
      [tunedPrefork]: celery({ pool: 'prefork', settings: 'tuned' }),
      'Celery solo, tuned': celery({ pool: 'solo', settings: 'tuned' }),
      [plain]: ceiling(plainWrites(dynamodb)),
      [fenced]: ceiling(fencedWrites(store)),
    });
    sqs.destroy();
    dynamodb.destroy();
    await emulators.stop();
    return { figures: [...absolute(values), ...ratios(values)], notes };
  },
};

type Values = Record<string, Record<string, number[]>>;

function absolute(values: Values): Figure[] {
  const columns = [
    ['noop', 'noop', 'tasks/s'],
    ['fib', 'fib(20)', 'tasks/s'],
    ['noopCpu', 'noop', 'ms CPU per task'],
    ['fibCpu', 'fib(20)', 'ms CPU per task'],
    ['emulators', 'noop', 'ms CPU of the emulators per task'],
    ['failed', 'noop and fib(20)', 'tasks that failed'],
  ] as const;
  return columns.flatMap(([key, task, unit]) =>
    Object.entries(values).flatMap(([name, figures]) =>
      figures[key] ? [{ name: `${name}: ${task}`, unit, spread: spreadOf(figures[key]) }] : [],
    ),
  );
}

function ratios(values: Values): Figure[] {
  const speed = (other: string, key: string) => ratioOf(values[ours]![key]!, values[other]![key]!);
  const cpu = (other: string, key: string) => ratioOf(values[ours]![key]!, values[other]![key]!);
  return [
    {
      name: 'noop, relative to Celery prefork, defaults',
      unit: 'x tasks/s',
      spread: speed(defaultPrefork, 'noop'),
      target: '>= 10',
    },
    {
      name: 'fib(20), relative to Celery prefork, defaults',
      unit: 'x tasks/s',
      spread: speed(defaultPrefork, 'fib'),
      target: '>= 10',
    },
    {
      name: 'noop, relative to Celery prefork, tuned',
      unit: 'x tasks/s',
      spread: speed(tunedPrefork, 'noop'),
      target: '>= 1',
    },
    {
      name: 'fib(20), relative to Celery prefork, tuned',
      unit: 'x tasks/s',
      spread: speed(tunedPrefork, 'fib'),
      target: '>= 1',
    },
    {
      name: 'noop, relative to emulators only, two conditional writes',
      unit: 'x tasks/s',
      spread: speed(fenced, 'noop'),
    },
    {
      name: 'noop, relative to Celery prefork, tuned',
      unit: 'x CPU per task',
      spread: cpu(tunedPrefork, 'noopCpu'),
      target: '<= 0.25',
    },
    {
      name: 'fib(20), relative to Celery prefork, tuned',
      unit: 'x CPU per task',
      spread: cpu(tunedPrefork, 'fibCpu'),
      target: '<= 0.25',
    },
  ];
}

const notes = [
  `Celery ${celeryVersion}; tuned: polling_interval 0.01, wait_time_seconds 1, prefetch multiplier 100, without remote control, gossip, mingle and heartbeat.`,
  'girder-worker: two concurrent invocations, batches of 10. Its CPU is that of the function, because Lambda does the polling. The CPU of Celery includes its polling.',
  'The emulators run on the same machine as the workers. The values of tasks/s apply to this machine with these emulators, not to AWS.',
];
