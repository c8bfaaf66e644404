import { parseArgs } from 'node:util';
import { defaultFaults, type FaultName, type Faults, faultKinds, faultNames } from './faultKinds.ts';
import { type FaultId, faultIdIn } from './faultSource.ts';

export const help = `Usage: npm run simulate -- [options]

Runs the dispatcher, the store and the canvas code in a world of faults, in virtual time, and checks that nothing is lost and
nothing is done twice. The same seed gives the same run.

  --tasks NUMBER     tasks in all (default 20000)
  --seed NUMBER      the first seed (default 1)
  --seeds NUMBER     the number of seeds, each with its part of the tasks (default 1)
  --faults LIST      how often faults happen, as NAME=PROBABILITY,...
  --chord MEMBERS    sends a chord with so many members first (default none)
  --clocks SECONDS   how far the clocks of functions and workers are off at most (default 90)
  --trace ID         prints the history of one task
  --help             prints this text

For the first violation of a seed, it looks for a small simulation with the same violation, and prints its flows, its faults, the history of
the task, and the options that run it again:

  --flows LIST       sends these flows, by their seeds, instead of random ones
  --only LIST        only these faults happen, as NAME NUMBER,...: the number of the chance, among those of its kind
  --timing NUMBER    the seed of latencies and durations (default the seed)

The faults, and how often they happen by default:

${faultNames.map(describeFault).join('\n')}`;

function describeFault(name: FaultName): string {
  const { probability, per, text } = faultKinds[name];
  return `  ${name.padEnd(20)} ${`${probability} per ${per}`.padEnd(22)} ${text}`;
}

const options = {
  tasks: { type: 'string', default: '20000' },
  seed: { type: 'string', default: '1' },
  seeds: { type: 'string', default: '1' },
  faults: { type: 'string', default: '' },
  clocks: { type: 'string', default: '90' },
  chord: { type: 'string' },
  flows: { type: 'string' },
  only: { type: 'string' },
  timing: { type: 'string' },
  trace: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

/** What the command `npm run simulate` does. */
export type Settings = ReturnType<typeof readSettings>;

/** Reads the arguments of the command. Throws an Error that says what is wrong with them. */
export function readSettings(args: readonly string[]) {
  const { values } = parseArgs({ options, args: [...args] });
  return {
    tasks: numberOf(values, 'tasks'),
    first: numberOf(values, 'seed'),
    count: numberOf(values, 'seeds'),
    maxClockOffsetMs: 1000 * numberOf(values, 'clocks'),
    faults: { ...defaultFaults, ...faultsIn(values.faults) },
    flowSeeds: listIn(values.flows)?.map((text) => numberIn(text, '--flows')),
    onlyFaults: listIn(values.only)?.map(onlyFaultIn),
    timingSeed: values.timing === undefined ? undefined : numberOf(values, 'timing'),
    chordMembers: values.chord === undefined ? undefined : numberOf(values, 'chord'),
    trace: values.trace,
    help: values.help,
  };
}

function numberOf(values: Values, name: 'tasks' | 'seed' | 'seeds' | 'clocks' | 'timing' | 'chord'): number {
  return numberIn(values[name] ?? '', `--${name}`);
}

function numberIn(text: string, name: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`${name} must be a positive integer, got "${text}".`);
}

/** An empty text is an empty list. */
function listIn(text: string | undefined): readonly string[] | undefined {
  return text?.split(',').filter(Boolean);
}

function onlyFaultIn(text: string): FaultId {
  const id = faultIdIn(text);
  if (id) return id;
  throw new Error(`--only must be NAME NUMBER,... with a name of ${faultNames.join(', ')}, got "${text}".`);
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
