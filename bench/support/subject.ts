import type { Spread } from './spread.ts';

/** One number that was measured several times. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly spread: Spread;
  /** What it is to reach, in words; absent where there is no such promise. */
  readonly target?: string;
}

export interface Findings {
  readonly figures: readonly Figure[];
  /** What a reader has to know to understand the figures. */
  readonly notes?: readonly string[];
}

export interface BenchOptions {
  /** A first impression: fewer runs of fewer tasks. */
  readonly quick: boolean;
}

/** One question that is answered by measuring. */
export interface Subject {
  readonly name: string;
  readonly title: string;
  /** Why it cannot be measured on this machine; undefined where it can. */
  unavailable?(): string | undefined;
  measure(options: BenchOptions): Promise<Findings>;
}
