/** The command `npm run simulate`: simulations with several seeds, and the history of a task for which something went wrong. */
import { parseArgs } from 'node:util';
import { nodeSystem } from '../system/nodeSystem.ts';
import { type FaultCounts, type Faults, faultNames } from './network.ts';
import { type SimulationReport, simulate } from './simulate.ts';

const defaults: Faults = { error: 0.01, lostAnswer: 0.01, death: 0.002, duplicate: 0.03, staleRead: 0.1 };

const help = `Usage: npm run simulate -- [options]

Runs the dispatcher, the store and the canvas code in a world of faults, in virtual time, and checks that nothing is lost and
nothing is done twice. The same seed gives the same run.

  --tasks NUMBER     tasks in all (default 20000)
  --seed NUMBER      the first seed (default 1)
  --seeds NUMBER     the number of seeds, each with its part of the tasks (default 1)
  --faults LIST      how often faults happen, as NAME=PROBABILITY,...
                     (default ${faultNames.map((name) => `${name}=${defaults[name]}`).join(',')})
  --trace ID         prints the history of one task
  --help             prints this text

  error        the service does not answer or throttles, and has changed nothing       per request
  lostAnswer   the service has made the change, and its answer does not arrive          per request
  death        the function dies, before or after the change                            per request
  duplicate    SQS delivers a message a second time                                     per delivery
  staleRead    a read that is not consistent does not see the last write                per item`;

const options = {
  tasks: { type: 'string', default: '20000' },
  seed: { type: 'string', default: '1' },
  seeds: { type: 'string', default: '1' },
  faults: { type: 'string', default: '' },
  trace: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];
type Settings = ReturnType<typeof readSettings>;

const settings = settingsOrExplain();
if (settings?.help) console.log(help);
else if (settings) process.exitCode = await run(settings);

/** Returns undefined if an option is wrong, which was explained then. */
function settingsOrExplain(): Settings | undefined {
  try {
    return readSettings(parseArgs({ options }).values);
  } catch (error) {
    console.error(`${(error as Error).message}\nSee npm run simulate -- --help.`);
    process.exitCode = 2;
    return undefined;
  }
}

function readSettings(values: Values) {
  return {
    tasks: numberOf(values, 'tasks'),
    first: numberOf(values, 'seed'),
    count: numberOf(values, 'seeds'),
    faults: { ...defaults, ...faultsIn(values.faults) },
    trace: values.trace,
    help: values.help,
  };
}

async function run({ tasks, first, count, faults, trace: wanted }: Settings): Promise<number> {
  const reports: SimulationReport[] = [];
  for (let seed = first; seed < first + count; seed++) {
    const simulation = { tasks: Math.ceil(tasks / count), seed, faults };
    const startMs = nodeSystem.now();
    const report = await simulate({ ...simulation, trace: wanted });
    reports.push(report);
    const seconds = Math.round((nodeSystem.now() - startMs) / 1000);
    console.log(`seed ${seed}: ${report.tasks} tasks, ${report.violations.length} violations, ${seconds} s`);
    const [violation] = report.violations;
    const trace = wanted ?? violation?.id;
    if (violation)
      for (const { invariant, id, text } of report.violations) console.log(`  ${id}: ${invariant}: ${text}`);
    if (trace !== undefined) {
      const { history } = wanted ? report : await simulate({ ...simulation, trace });
      console.log(`\nThe history of ${trace}, with seed ${seed}:\n${history.map((line) => `  ${line}`).join('\n')}\n`);
    }
  }
  console.log(tableOf(reports));
  return reports.some(({ violations }) => violations.length > 0) ? 1 : 0;
}

function numberOf(values: Values, name: 'tasks' | 'seed' | 'seeds'): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`--${name} must be a positive integer, got "${values[name]}".`);
}

function faultsIn(text: string): Partial<Faults> {
  const parts = text.split(',').filter(Boolean);
  return Object.fromEntries(
    parts.map((part) => {
      const [name = '', value] = part.split('=');
      const probability = Number(value);
      if (!(faultNames as readonly string[]).includes(name) || !(probability >= 0 && probability <= 1))
        throw new Error(`--faults must be NAME=PROBABILITY with a name of ${faultNames.join(', ')}, got "${part}".`);
      return [name, probability];
    }),
  );
}

function tableOf(reports: readonly SimulationReport[]): string {
  const sum = (value: (report: SimulationReport) => number) =>
    reports.reduce((total, report) => total + value(report), 0);
  const faults = (name: keyof FaultCounts) => sum((report) => report.faults[name]);
  const rows: readonly (readonly [string, number])[] = [
    ['tasks sent', sum(({ tasks }) => tasks)],
    ['runs', sum(({ runs }) => runs)],
    ['bodies of chords, each with all results in order', sum(({ chordBodies }) => chordBodies)],
    ['invocations', sum(({ invocations }) => invocations)],
    ['workers, of which each has died or was shut down', sum(({ workers }) => workers)],
    ['runs in Python workers', sum(({ pythonRuns }) => pythonRuns)],
    ['tasks that clients revoked', sum(({ revoked }) => revoked)],
    ['tasks whose result clients forgot', sum(({ forgotten }) => forgotten)],
    ['requests to DynamoDB and SQS', sum(({ requests }) => requests)],
    ['requests that failed', faults('error')],
    ['answers that were lost', faults('lostAnswer')],
    ['functions that died in a request', faults('death')],
    ['messages that were delivered twice', faults('duplicate')],
    ['reads that were stale', faults('staleRead')],
    ['most messages of one task', Math.max(...reports.map(({ maxMessagesPerTask }) => maxMessagesPerTask))],
    ['dead letters, each with a result', sum(({ deadLetters }) => deadLetters)],
    ['hours of virtual time', Math.round(sum(({ virtualHours }) => virtualHours))],
    ['violations', sum(({ violations }) => violations.length)],
  ];
  return rows.map(([name, value]) => `${name.padEnd(50)} ${String(value).padStart(10)}`).join('\n');
}
