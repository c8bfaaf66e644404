import type { Spread } from './spread.ts';

/** A quantity that was measured several times. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly spread: Spread;
  /** The target value, such as `<= 15`; absent if there is no target. */
  readonly target?: string;
}

export interface Findings {
  readonly figures: readonly Figure[];
  /** Facts that a reader needs to understand the figures. */
  readonly notes?: readonly string[];
}

export interface BenchOptions {
  /** Fewer runs with fewer tasks, for a first impression. */
  readonly quick: boolean;
}

/** One benchmark. */
export interface Subject {
  readonly name: string;
  readonly title: string;
  /** Returns why it cannot run on this machine; undefined if it can. */
  unavailable?(): string | undefined;
  measure(options: BenchOptions): Promise<Findings>;
}
