import { LimitError } from './errors.ts';

/**
 * What one message may contain, in units of a number in a list, which takes about 0.1 microseconds to decode and up to 50 bytes. A
 * message of this weight is decoded in less than 250 ms, and takes less than 50 MB meanwhile: these are the medians
 * of `npm run bench -- message-cost`.
 */
export const maxWeight = 1_000_000;

/** The weights of the parts of a value. They are measured: a key in a dict of a new shape takes 20 times as long as a number. */
export const weights = {
  /** Each item of a list and each value of a dict. */
  value: 1,
  /** A list or a dict, in addition. */
  container: 3,
  /** A key of a dict. */
  key: 10,
  /** A key that other dicts have after the same keys, as the records of a list do. It counts if the message is too heavy otherwise. */
  knownKey: 2,
  /** Then, any other key: to tell them apart takes time, too. */
  newKey: 20,
  /** Bytes, an object of a Python class, or an integer beyond 2^53, in addition. */
  object: 20,
  /** A value with one of Kombu's tags in JSON, such as a date, in addition: its dict is read, and then its text. */
  tagged: 40,
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
  const { value, container, key, knownKey, object, tagged } = weights;
  return new LimitError(
    `its values weigh more than ${maxWeight}, where a value counts ${value}, a list or dict ${container} more, a key of a dict ${key}, or ${knownKey} if other dicts have it after the same keys, bytes, an object or a long integer ${object} more, and a tagged value ${tagged} more: send fewer values, or the place where they are stored`,
  );
}

/**
 * The sequences of keys that dicts have, as V8 finds them for the hidden classes of objects: an object whose keys occur in a new order
 * takes several times as long as one whose keys are those of an earlier object.
 */
export class KnownShapes {
  /** The shape of the open dict at each depth, up to its last key; 0 for a dict without keys. */
  readonly #current: number[] = [];
  readonly #next = new Map<string, number>();

  /** A dict begins at this depth. */
  enter(depth: number): void {
    this.#current[depth] = 0;
  }

  /** Returns the weight of the next key of the dict at this depth. */
  weightOfKey(depth: number, key: string): number {
    const path = `${this.#current[depth]} ${key}`;
    const known = this.#next.get(path);
    const shape = known ?? this.#next.size + 1;
    if (known === undefined) this.#next.set(path, shape);
    this.#current[depth] = shape;
    return known === undefined ? weights.newKey : weights.knownKey;
  }
}

/**
 * Calls `read`, and if the values weigh too much, again with the shapes of dicts: keys that occur in the same order again weigh less. To
 * find them takes longer, and few messages need it.
 */
export function readWithShapesIfHeavy<T>(read: (shapes?: KnownShapes) => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
    return read(new KnownShapes());
  }
}
