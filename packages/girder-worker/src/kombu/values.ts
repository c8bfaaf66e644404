import { hasOffset, isoFromDate, isoToMs } from './isoTime.ts';

/**
 * What travels in a message: JSON, and the Python types for which Kombu has a tag (wire specification §1.5).
 *
 * Integers beyond 2^53 are bigints, so that all their digits survive; floats are numbers, NaN and Infinity included;
 * bytes are Uint8Arrays.
 */
export type KombuValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | DateTime
  | PlainDate
  | PlainTime
  | Decimal
  | Uuid
  | OpaqueObject
  | readonly KombuValue[]
  | KombuObject;

/** A dict of Python's. Its keys are own properties, `__proto__` too. */
export interface KombuObject {
  readonly [key: string]: KombuValue;
}

/** Whether a value is a dict: an object that is neither a list nor of one of Kombu's types. */
export function isObject(value: KombuValue | undefined): value is KombuObject {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A value as Kombu tags it: `{"__type__": type, "__value__": value}`. */
export interface Tagged {
  readonly type: string;
  readonly value: unknown;
}

/**
 * The method by which a value says how it is tagged on the wire.
 *
 * A registered symbol, so that values of another copy of this library are understood.
 */
export const kombuTag: unique symbol = Symbol.for('girder-worker.kombuTag');

/**
 * A datetime of Python's: a Date that remembers its microseconds and its offset.
 *
 * It is written as it was read unless somebody changed the Date. A naive one (without an offset) is read as UTC.
 * Throws RangeError for a text that is not ISO 8601.
 */
export class DateTime extends Date {
  readonly #text: string;
  readonly #timeMs: number;

  constructor(text: string) {
    const timeMs = isoToMs(text);
    if (Number.isNaN(timeMs)) throw new RangeError(`Not an ISO 8601 datetime: ${text}`);
    super(timeMs);
    this.#text = text;
    this.#timeMs = timeMs;
  }

  /** Whether Python knows of no offset from UTC. */
  get isNaive(): boolean {
    return !hasOffset(this.#text);
  }

  /** ISO 8601 for Python: the text that was read or, if the Date was changed since, its new time in UTC. */
  isoformat(): string {
    if (this.getTime() === this.#timeMs) return this.#text;
    return isoFromDate(this) + (this.isNaive ? '' : '+00:00');
  }

  [kombuTag](): Tagged {
    return { type: 'datetime', value: this.isoformat() };
  }
}

/** Values that are nothing but a text with a type. */
abstract class TextValue {
  /** The value as Python's `str()` gives it. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }
}

/** A date of Python's, without a time: `2024-01-02`. Throws RangeError for any other text. */
export class PlainDate extends TextValue {
  constructor(text: string) {
    if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(isoToMs(text))) throw new RangeError(`Not a date: ${text}`);
    super(text);
  }

  [kombuTag](): Tagged {
    return { type: 'date', value: this.text };
  }
}

/** A time of day of Python's: `03:04:05`, with microseconds or an offset if it has them. Throws RangeError else. */
export class PlainTime extends TextValue {
  constructor(text: string) {
    if (Number.isNaN(isoToMs(`2000-01-01T${text.replace(/^T/, '')}`))) throw new RangeError(`Not a time: ${text}`);
    super(text);
  }

  [kombuTag](): Tagged {
    return { type: 'time', value: this.text };
  }
}

/** A Decimal of Python's, with all its digits: `1.50`. Throws RangeError for a text that is no number. */
export class Decimal extends TextValue {
  constructor(text: string) {
    if (!/^[-+]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?|inf(?:inity)?|s?nan\d*)$/i.test(text)) {
      throw new RangeError(`Not a decimal number: ${text}`);
    }
    super(text);
  }

  [kombuTag](): Tagged {
    return { type: 'decimal', value: this.text };
  }
}

/** A UUID of Python's; its text has dashes. Throws RangeError for what has not 32 hexadecimal digits. */
export class Uuid extends TextValue {
  constructor(text: string) {
    const hex = text.replace(/^urn:uuid:|[-{}]/gi, '').toLowerCase();
    if (!/^[\da-f]{32}$/.test(hex)) throw new RangeError(`Not a UUID: ${text}`);
    super(hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'));
  }

  [kombuTag](): Tagged {
    return { type: 'uuid', value: { hex: this.text.replaceAll('-', '') } };
  }
}

/**
 * An object of a Python class, in a message that jsonpickle wrote (Girder Worker's `girder_io`).
 *
 * There is no such class here: a task may look at its fields, and pass it on unharmed.
 */
export class OpaqueObject {
  /** The dotted name of its class; of a class or function that was sent itself, that name. */
  readonly className: string;
  /** Its attributes; objects in them are opaque too. */
  readonly fields: KombuObject;
  readonly #pickled: KombuObject;

  constructor(className: string, fields: KombuObject, pickled: KombuObject) {
    this.className = className;
    this.fields = fields;
    this.#pickled = pickled;
  }

  /** The object as jsonpickle wrote it, references resolved. */
  toJSON(): KombuObject {
    return this.#pickled;
  }
}
