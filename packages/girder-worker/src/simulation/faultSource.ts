import { seededRandom } from '../system/seededRandom.ts';
import { type FaultCounts, type FaultName, type Faults, faultNames, forEachFault } from './faultKinds.ts';

/** A fault that has happened. */
export interface Fault {
  readonly name: FaultName;
  /** The number of the chance, among all chances of this kind, at which it happened. */
  readonly chance: number;
  /** To whom it happened. */
  readonly about: string;
  readonly atMs: number;
}

/** A fault that happens now. */
export interface DrawnFault extends Fault {
  /** Returns a random number of this range: how long it takes, for example. */
  between(least: number, most: number): number;
}

/** The kind and the chance of a fault, such as `death 1704`. */
export type FaultId = `${FaultName} ${number}`;

export const faultIdOf = ({ name, chance }: Pick<Fault, 'name' | 'chance'>): FaultId => `${name} ${chance}`;

/** Decides which faults happen. */
export interface FaultSource {
  /** Returns the fault if one of this kind happens now. */
  draw(name: FaultName, about: string): DrawnFault | undefined;
  readonly counts: FaultCounts;
  /** In their order. */
  readonly happened: readonly Fault[];
}

export interface FaultSourceOptions {
  readonly faults: Faults;
  readonly seed: number;
  readonly now: () => number;
  /** Only these faults happen, at their chances, whatever their probability. @default all, by their probabilities */
  readonly only?: ReadonlySet<FaultId> | undefined;
}

/**
 * Whether a fault happens depends on the seed, its kind and the number of the chance alone, so that a fault can be left out and those before it
 * still happen.
 */
export function createFaultSource({ faults, seed, now, only }: FaultSourceOptions): FaultSource {
  const chances = forEachFault(() => 0);
  const counts = forEachFault(() => 0);
  const happened: Fault[] = [];
  return {
    ...{ counts, happened },
    draw(name, about) {
      const chance = chances[name]++;
      if (only ? !only.has(`${name} ${chance}`) : faults[name] === 0) return undefined;
      const random = seededRandom(mixed(seed, faultNames.indexOf(name), chance));
      const isDrawn = random() < faults[name];
      if (!only && !isDrawn) return undefined;
      counts[name] += 1;
      const between = (least: number, most: number) => least + random() * (most - least);
      const fault = { name, chance, about, atMs: now() };
      happened.push(fault);
      return { ...fault, between };
    },
  };
}

/** Returns a seed from several numbers. */
export function mixed(...numbers: readonly number[]): number {
  return numbers.reduce((hash, number) => Math.imul((hash ^ number) + 0x9e3779b9, 0x85ebca6b) ^ (hash >>> 15), 1) >>> 0;
}

/** Returns the id of a fault that a text names, or undefined. */
export function faultIdIn(text: string): FaultId | undefined {
  const [name = '', chance = ''] = text.trim().split(' ');
  const isKnown = (faultNames as readonly string[]).includes(name) && /^\d+$/.test(chance);
  return isKnown ? (`${name} ${chance}` as FaultId) : undefined;
}
