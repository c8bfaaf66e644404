import { hasOffset, isoToMs, naiveIsoTime, utcIsoTime } from './isoTime.ts';

/**
 * A value in a message: JSON, or a Python type for which Kombu has a tag (docs/wire-format.md §1.5).
 *
 * Integers beyond 2^53 are bigints, so that no digit is lost. Floats are numbers, including NaN and Infinity. Bytes are
 * Uint8Arrays.
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

/** A Python dict. All keys are own properties, including `__proto__`. */
export interface KombuObject {
  readonly [key: string]: KombuValue;
}

/** Whether a value is a dict: an object that is neither a list nor a value of one of Kombu's types. */
export function isObject(value: KombuValue | undefined): value is KombuObject {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Returns the value of an own property; undefined if there is none. A name from a message, such as "toString" or
 * "__proto__", therefore finds nothing that objects inherit.
 */
export function ownValue<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Sets an own property. An assignment to `__proto__` would change the prototype. */
export function setOwn<Value>(record: Record<string, Value>, key: string, value: Value): void {
  if (key === '__proto__') {
    Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    record[key] = value;
  }
}

/** A value in Kombu's tagged form: `{"__type__": type, "__value__": value}`. */
export interface Tagged {
  readonly type: string;
  readonly value: unknown;
}

/**
 * The method with which a value returns its tagged form. The symbol is registered, so that this copy of the library
 * recognizes the values of another copy.
 */
export const kombuTag: unique symbol = Symbol.for('girder-worker.kombuTag');

/**
 * A Python datetime: a Date that also keeps the microseconds and the offset.
 *
 * It is written as it was read unless the Date was changed. A naive datetime (without an offset) is in UTC. The constructor
 * throws RangeError for a text that is not ISO 8601.
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

  /** Whether the datetime has no offset from UTC. */
  get isNaive(): boolean {
    return !hasOffset(this.#text);
  }

  /** Returns ISO 8601: the text that was read or, if the Date was changed since then, its new time in UTC. */
  isoformat(): string {
    if (this.getTime() === this.#timeMs) return this.#text;
    return this.isNaive ? naiveIsoTime(this) : utcIsoTime(this);
  }

  [kombuTag](): Tagged {
    return { type: 'datetime', value: this.isoformat() };
  }
}

/** A value that consists of a text and a type. */
abstract class TextValue {
  /** The value in the form of Python's `str()`. */
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

/** A Python date without a time: `2024-01-02`. The constructor throws RangeError for any other text. */
export class PlainDate extends TextValue {
  constructor(text: string) {
    if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(isoToMs(text))) throw new RangeError(`Not a date: ${text}`);
    super(text);
  }

  [kombuTag](): Tagged {
    return { type: 'date', value: this.text };
  }
}

/** A Python time of day: `03:04:05`, also with microseconds or an offset. The constructor throws RangeError for other texts. */
export class PlainTime extends TextValue {
  constructor(text: string) {
    if (Number.isNaN(isoToMs(`2000-01-01T${text.replace(/^T/, '')}`))) throw new RangeError(`Not a time: ${text}`);
    super(text);
  }

  [kombuTag](): Tagged {
    return { type: 'time', value: this.text };
  }
}

/** A Python Decimal with all its digits: `1.50`. The constructor throws RangeError for a text that is not a number. */
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

/** A Python UUID. Its text has dashes. The constructor throws RangeError for a text without 32 hexadecimal digits. */
export class Uuid extends TextValue {
  constructor(text: string) {
    const hex = text.replace(/^urn:uuid:|[-{}]/gi, '').toLowerCase();
    if (!/^[\da-f]{32}$/.test(hex)) throw new RangeError(`Not a UUID: ${text}`);
    super(withUuidDashes(hex));
  }

  [kombuTag](): Tagged {
    return { type: 'uuid', value: { hex: this.text.replaceAll('-', '') } };
  }
}

/** Converts the 32 hexadecimal digits of a UUID to the form with dashes. */
export function withUuidDashes(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/**
 * An object of a Python class, in a message that jsonpickle wrote (Girder Worker's `girder_io`).
 *
 * The class does not exist here. A task can read the fields, and can pass the object on without changing it.
 */
export class OpaqueObject {
  /** The dotted name of the class. If a class or function itself was sent, the dotted name of that. */
  readonly className: string;
  /** The attributes. Objects in them are opaque, too. */
  readonly fields: KombuObject;
  readonly #pickled: KombuObject;

  constructor(className: string, fields: KombuObject, pickled: KombuObject) {
    this.className = className;
    this.fields = fields;
    this.#pickled = pickled;
  }

  /** The object as jsonpickle wrote it, with resolved references. */
  toJSON(): KombuObject {
    return this.#pickled;
  }
}

/**
 * The name of the Python class of a value that is an object of one, read or still as jsonpickle writes it; undefined for any
 * other value. Such an object may contain secrets, such as the token of a client.
 */
export function pythonClassOf(value: unknown): string | undefined {
  if (value instanceof OpaqueObject) return value.className;
  if (!isObject(value as KombuValue)) return undefined;
  const pickled = ownValue(value as KombuObject, 'py/object');
  return typeof pickled === 'string' ? pickled : undefined;
}
