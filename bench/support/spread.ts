/** The distribution of a figure over several runs. */
export interface Spread {
  readonly runs: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Throws RangeError if there are no values. */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('A spread needs at least one value.');
  const sorted = values.toSorted((a, b) => a - b);
  return { runs: sorted.length, min: sorted[0]!, median: quantile(sorted, 0.5), max: sorted.at(-1)! };
}

/** Returns the quantile of sorted values, for a part from 0 to 1. Interpolates between two values. */
export function quantile(sorted: readonly number[], part: number): number {
  const place = (sorted.length - 1) * part;
  const below = sorted[Math.floor(place)]!;
  const above = sorted[Math.ceil(place)]!;
  return below + (above - below) * (place - Math.floor(place));
}

/** Returns the spread of the ratios of two figures in the same rounds, because a disturbance of a round affects both. */
export function ratioOf(over: readonly number[], under: readonly number[]): Spread {
  return spreadOf(over.map((value, round) => value / under[round]!));
}
