import { type Faults, forEachFault } from './faultKinds.ts';
import { type Fault, type FaultId, faultIdOf } from './faultSource.ts';
import type { Violation } from './invariants.ts';
import { reduce } from './reduce.ts';
import { type SimulationOptions, type SimulationReport, simulate } from './simulate.ts';

/** A small simulation that violates the same invariant as a large one. */
export interface Shrunk {
  readonly options: SimulationOptions;
  readonly violation: Violation;
  /** The flows that are sent, as texts. */
  readonly flows: readonly string[];
  /** The faults that happen, in their order. */
  readonly faults: readonly Fault[];
  /** What happens to the task of the violation. */
  readonly history: readonly string[];
  /** The simulations that were run to find it. */
  readonly runs: number;
}

export interface ShrinkOptions {
  /** @default 600 */
  readonly maxRuns?: number;
  /** Called after each simulation that violates the invariant, and now and then between. @default not told */
  readonly onProgress?: (text: string) => void;
}

/** How many flows are tried, the one of the violation and those that were sent around it, and with how many seeds. */
const attempts: readonly (readonly [flows: number, seeds: number])[] = [
  [1, 150],
  [5, 40],
  [30, 10],
];

/** In a small simulation, faults happen more often by these factors, so that few seeds are tried. */
const factors = [1, 5, 20];
const maxProbability = 0.3;

const runsPerProgress = 25;

const fewFaults = 10;
const timingSeeds = 4;

/**
 * Finds a small simulation that violates the invariant of this violation: with the flow of the violation alone, or with few around it, and with
 * as few faults as can be. The same report gives the same answer. Resolves to undefined if none is found.
 */
export async function shrink(
  options: SimulationOptions,
  { violations, flowSeeds }: SimulationReport,
  { maxRuns = 600, onProgress = () => undefined }: ShrinkOptions = {},
): Promise<Shrunk | undefined> {
  const [original] = violations;
  if (!original) return undefined;
  let runs = 0;

  /** Runs a simulation. Resolves to its report if it violates the invariant, and to undefined if not, or after too many runs. */
  const violating = async (candidate: SimulationOptions): Promise<SimulationReport | undefined> => {
    if (runs === maxRuns) return undefined;
    runs += 1;
    const report = await simulate({ ...candidate, trace: undefined });
    const isFound = report.violations.some(({ invariant }) => invariant === original.invariant);
    if (isFound || runs % runsPerProgress === 0)
      onProgress(
        `${runs} runs${isFound ? `: ${report.flowSeeds.length} flows, ${report.happened.length} faults` : ''}`,
      );
    return isFound ? report : undefined;
  };

  const found = await findSmall();
  if (!found) return undefined;
  const small = await leaveOut(found);
  const violation = small.report.violations.find(({ invariant }) => invariant === original.invariant)!;
  const { history } = await simulate({ ...small.options, trace: violation.id });
  const { flowTexts: flows, happened: faults } = small.report;
  return { options: small.options, violation, flows, faults, history, runs };

  /** Tries few flows with several seeds. */
  async function findSmall(): Promise<Reproduction | undefined> {
    const at = Math.max(0, flowSeeds.indexOf(original!.flowSeed ?? Number.NaN));
    for (const [count, seeds] of attempts) {
      const first = Math.max(0, at - Math.floor(count / 2));
      const few = flowSeeds.slice(first, first + count);
      for (let seed = 1; seed <= seeds; seed++) {
        const faults = moreOften(options.faults, factors[seed % factors.length]!);
        const candidate = { ...options, seed, flowSeeds: few, faults };
        const report = await violating(candidate);
        if (report) return { options: candidate, report };
      }
    }
    return undefined;
  }

  /** Leaves out all kinds of faults, faults and flows without which the invariant is violated, too. */
  async function leaveOut({ options: whole, report: first }: Reproduction): Promise<Reproduction> {
    let best: Reproduction = { options: whole, report: first };
    const holds = async (change: Partial<SimulationOptions>) => {
      const candidate = { ...best.options, ...change };
      const report = await violating(candidate);
      if (report) best = { options: candidate, report };
      return report !== undefined;
    };
    const ids = () => best.report.happened.map(faultIdOf);
    /** Few faults are tried with other latencies, too: some faults matter only by the time that they take. */
    const withFaults = async (onlyFaults: readonly FaultId[]) => {
      if (await holds({ onlyFaults })) return true;
      if (onlyFaults.length > fewFaults) return false;
      for (let timingSeed = 1; timingSeed <= timingSeeds; timingSeed++)
        if (await holds({ onlyFaults, timingSeed })) return true;
      return false;
    };

    await withFaults(ids());
    const kinds = [...new Set(best.report.happened.map(({ name }) => name))];
    await reduce(kinds, (names) => {
      const isKept = ({ name }: Fault) => names.includes(name);
      return withFaults(first.happened.filter(isKept).map(faultIdOf));
    });
    await reduce(ids(), withFaults);
    await reduce(best.options.flowSeeds!, (few) =>
      few.length > 0 ? holds({ flowSeeds: few }) : Promise.resolve(false),
    );
    await reduce(ids(), withFaults);
    return best;
  }
}

interface Reproduction {
  readonly options: SimulationOptions;
  readonly report: SimulationReport;
}

function moreOften(faults: Faults, factor: number): Faults {
  return forEachFault((name) => Math.min(faults[name] * factor, Math.max(faults[name], maxProbability)));
}
