import { startEmulators } from '../packages/girder-worker/src/local/emulators.ts';
import { createResultTable, localSqsClient } from '../packages/girder-worker/src/local/resources.ts';
import { stackVariables } from '../packages/girder-worker/src/local/variables.ts';
import { connectStore } from '../packages/girder-worker/src/store/dynamodbClient.ts';
import { pythonVenv, requirePython } from '../test/requirements.ts';
import { type CeleryOptions, startCelery } from './support/celeryWorker.ts';
import { measureCeiling } from './support/ceiling.ts';
import { bundleDeployment } from './support/deployment.ts';
import { drain, type Load } from './support/drain.ts';
import { table } from './support/function.ts';
import { interleave } from './support/rounds.ts';
import { ratioOf, spreadOf } from './support/spread.ts';
import type { BenchOptions, Figure, Findings, Subject } from './support/subject.ts';
import { type RunningWorker, startDispatcherOn } from './support/worker.ts';

const celeryVersion = '5.7.0';

/** Enough that a second's pause of Celery's polling is no accident; its defaults take some 8 a second. */
const fast = { count: 300, quickCount: 60 };
const slow = { count: 40, quickCount: 16 };

const ours = 'girder-worker';
const tunedPrefork = 'Celery prefork -c 2, tuned';
const defaultPrefork = 'Celery prefork -c 2, defaults';

export const endToEnd: Subject = {
  name: 'end-to-end',
  title: 'From the queue to the stored result, beside real Celery on the same emulators',
  unavailable: () => (requirePython() ? undefined : 'real Celery needs Python 3 with venv.'),
  async measure({ quick }: BenchOptions): Promise<Findings> {
    const python = await pythonVenv(celeryVersion);
    using deployment = await bundleDeployment();
    const emulators = await startEmulators();
    await createResultTable(emulators.dynamodbEndpoint, table);
    const sqs = localSqsClient(emulators.sqsEndpoint);
    const store = connectStore({ ...stackVariables(emulators, table), AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
    let queues = 0;

    /** A worker of its own for each run; it has run some tasks before it is measured. */
    const run = (start: (queue: string) => Promise<RunningWorker>, size: typeof fast) => async () => {
      const queue = `bench-${++queues}`;
      const worker = await start(queue);
      try {
        const count = quick ? size.quickCount : size.count;
        const measured = (load: Load) => drain({ sqs, store, queue, worker }, load);
        await measured({ task: 'noop', args: [], count: Math.min(40, count) });
        const noop = await measured({ task: 'noop', args: [], count });
        const fib = await measured({ task: 'fibonacci', args: [20], count });
        return { noop: noop.perSecond, noopCpu: noop.cpuMs, fib: fib.perSecond, fibCpu: fib.cpuMs };
      } finally {
        await worker.stop();
      }
    };
    const celery = (options: Pick<CeleryOptions, 'pool' | 'settings'>) =>
      run((queue) => startCelery({ ...options, python, emulators }, queue), options.settings === 'tuned' ? fast : slow);
    const dispatcher = (env: NodeJS.ProcessEnv = {}) =>
      run(
        (queue) =>
          startDispatcherOn(queue, { emulators, handlerFile: deployment.handlerFile, invocations: 2, env }),
        fast,
      );

    const values = await interleave(quick ? 1 : 5, {
      [ours]: dispatcher(),
      [defaultPrefork]: celery({ pool: 'prefork', settings: 'defaults' }),
      'Celery solo, defaults': celery({ pool: 'solo', settings: 'defaults' }),
      [tunedPrefork]: celery({ pool: 'prefork', settings: 'tuned' }),
      'Celery solo, tuned': celery({ pool: 'solo', settings: 'tuned' }),
      'the emulators alone': async () => {
        const { perSecond, cpuMs } = await measureCeiling(emulators, sqs, `bench-${++queues}`, quick ? 60 : 300);
        return { noop: perSecond, noopCpu: cpuMs };
      },
    });
    sqs.destroy();
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
    { name: 'noop, over Celery prefork at its defaults', unit: 'x tasks/s', spread: speed(defaultPrefork, 'noop'), target: '>= 10' },
    { name: 'fib(20), over Celery prefork at its defaults', unit: 'x tasks/s', spread: speed(defaultPrefork, 'fib'), target: '>= 10' },
    { name: 'noop, over Celery prefork, tuned', unit: 'x tasks/s', spread: speed(tunedPrefork, 'noop'), target: '>= 1' },
    { name: 'fib(20), over Celery prefork, tuned', unit: 'x tasks/s', spread: speed(tunedPrefork, 'fib'), target: '>= 1' },
    { name: 'noop, of the emulators alone', unit: 'x tasks/s', spread: speed('the emulators alone', 'noop') },
    { name: 'noop, of Celery prefork, tuned', unit: 'x CPU per task', spread: cpu(tunedPrefork, 'noopCpu'), target: '<= 0.25' },
    { name: 'fib(20), of Celery prefork, tuned', unit: 'x CPU per task', spread: cpu(tunedPrefork, 'fibCpu'), target: '<= 0.25' },
  ];
}

const notes = [
  `Celery ${celeryVersion}; tuned: polling_interval 0.01, wait_time_seconds 1, prefetch multiplier 100, no remote control, gossip, mingle or heartbeat.`,
  'girder-worker: two invocations at once, batches of 10. Its CPU is that of the function; Lambda does the polling, while Celery polls itself.',
  'The emulators share the machine with the workers, so that tasks/s are those of this machine with this emulator, not of AWS.',
];
