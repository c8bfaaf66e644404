/** How a task of the workload spends its time. */
export interface Behavior {
  /** How long it runs, in ms; if it computes, on a core of its own. */
  readonly durationMs: number;
  /** It computes: beside others it takes longer. */
  readonly computes: boolean;
  /** It ends so long after it was asked to stop, in ms. Undefined: it does not notice. */
  readonly stopsAfterMs: number | undefined;
  /** Its code goes on for so long after it was terminated, in ms, as a native call does. */
  readonly survivesMs: number;
}

type Range = readonly [least: number, most: number];

interface Kind {
  readonly duration: Range;
  readonly computes?: true;
  readonly stopsAfter?: Range;
  readonly survives?: Range;
}

const short: Kind = { duration: [0, 20_000] };

/** Long enough that a task which begins late in an invocation of 300 s is not done at its end. */
const long: Range = [60_000, 250_000];

const kinds: Readonly<Record<string, Kind>> = {
  'sim.computes': { duration: [1000, 60_000], computes: true },
  // Longer than the timeout of a function.
  'sim.isLong': { duration: [310_000, 1_500_000] },
  'sim.deaf': { duration: long },
  'sim.cooperative': { duration: long, stopsAfter: [0, 1500] },
  'sim.native': { duration: long, survives: [300, 60_000] },
};

/** Returns how a run of the task behaves. */
export function behaviorOf(task: string, random: () => number): Behavior {
  const { duration, computes = false, stopsAfter, survives = [0, 0] } = kinds[task] ?? short;
  const within = ([least, most]: Range) => least + random() * (most - least);
  return {
    durationMs: within(duration),
    computes,
    stopsAfterMs: stopsAfter && within(stopsAfter),
    survivesMs: within(survives),
  };
}
