import { LimitError } from './errors.ts';

/**
 * What one message may contain, in units of a number in a list, which takes about 0.1 microseconds to decode and up to 50 bytes. A
 * message of this weight is decoded in less than 250 ms, and takes less than 200 MB meanwhile: `npm run bench` measures it.
 */
export const maxWeight = 1_000_000;

/** The weights of the parts of a value. They are measured: a key that occurs for the first time takes 20 times as long as a number. */
export const weights = {
  /** Each item of a list and each value of a dict. */
  value: 1,
  /** A list or a dict, in addition. */
  container: 3,
  /** A key of a dict. */
  key: 10,
  /** Bytes, an object of a Python class, or an integer beyond 2^53, in addition. */
  object: 10,
} as const;

/** Counts the parts of a message while it is decoded. A part that is gone through in several passes weighs as many times as much. */
export class DecodeBudget {
  #left: number;

  constructor(passes = 1) {
    this.#left = maxWeight / passes;
  }

  /** Throws LimitError if the parts that were charged, `weight` included, weigh more than `maxWeight`. */
  charge(weight: number): void {
    this.#left -= weight;
    if (this.#left < 0) throw tooHeavy();
  }
}

function tooHeavy(): LimitError {
  const { value, container, key, object } = weights;
  return new LimitError(
    `its values weigh more than ${maxWeight}, where a value counts ${value}, a list or dict ${container} more, a key of a dict ${key}, and bytes, an object or a long integer ${object} more: send fewer values, or the place where they are stored`,
  );
}
