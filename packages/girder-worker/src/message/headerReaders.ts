import { DecodeError, type DecodeErrorCode } from '../kombu/errors.ts';
import { isoToMs } from '../kombu/isoTime.ts';
import { saferepr } from '../kombu/repr/saferepr.ts';
import { DateTime, isObject, type KombuObject, type KombuValue, Uuid } from '../kombu/values.ts';
import { maxIdBytes, maxNameCharacters, maxStampValues } from './limits.ts';
import type { TimeLimit } from './message.ts';

// Each function reads the value of a header. `wire` is the name of the header on the wire, for the error message. The functions
// throw DecodeError HEADER_MALFORMED for a value of the wrong type.

/** The value of a header; undefined if the header is missing. */
export type RawHeader = KombuValue | undefined;

/** Returns the reader of a header that must exist. The reader throws a DecodeError with `code` and `message` if it does not. */
export function requiredText(code: DecodeErrorCode, message: string): (value: RawHeader, wire: string) => string {
  return (value, wire) => {
    const text = optionalText(value, wire);
    if (text === null || text === '') throw new DecodeError(code, message);
    return text;
  };
}

/** Reads a text, such as an id. Python clients may send UUID objects instead of strings. */
export function optionalText(value: RawHeader, wire: string): string | null {
  if (value == null) return null;
  if (value instanceof Uuid) return value.text;
  if (typeof value === 'string') return value;
  throw malformedHeader(wire, 'a string', value);
}

/**
 * Returns the reader of an id that is a key of the table. DynamoDB takes keys of 2048 bytes, in UTF-8, which has no bytes for one half of a
 * surrogate pair.
 */
export function storable<T extends string | null>(
  read: (value: RawHeader, wire: string) => T,
): (value: RawHeader, wire: string) => T {
  return (value, wire) => {
    const id = read(value, wire);
    if (id === null || isStorableId(id)) return id;
    throw malformedHeader(wire, `an id of well-formed Unicode with up to ${maxIdBytes} bytes`, id);
  };
}

/** Returns the reader of the name of a task, which is stored and logged. */
export function shortName(
  read: (value: RawHeader, wire: string) => string,
): (value: RawHeader, wire: string) => string {
  return (value, wire) => {
    const name = read(value, wire);
    if (name.length <= maxNameCharacters && name.isWellFormed()) return name;
    throw malformedHeader(wire, `a name of well-formed Unicode with up to ${maxNameCharacters} characters`, name);
  };
}

/** Whether an id can be a key of the table. */
export function isStorableId(id: string): boolean {
  return id.isWellFormed() && Buffer.byteLength(id) <= maxIdBytes;
}

/** Reads a text that Celery only displays or passes on. A value of another type becomes the text that Celery would display. */
export function displayText(value: RawHeader): string | null {
  if (value == null) return null;
  return typeof value === 'string' || value instanceof Uuid ? String(value) : saferepr(value);
}

/** Reads a time in ISO 8601. Returns it as the sender wrote it. */
export function isoTime(value: RawHeader, wire: string): string | null {
  if (value == null) return null;
  if (value instanceof DateTime) return value.isoformat();
  if (typeof value === 'string' && !Number.isNaN(isoToMs(value))) return value;
  throw malformedHeader(wire, 'ISO 8601', value);
}

/** Reads a non-negative integer. */
export function optionalCount(value: RawHeader, wire: string): number | null {
  if (value == null) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw malformedHeader(wire, 'a non-negative integer', value);
}

/** Reads a non-negative integer whose default is 0. */
export function count(value: RawHeader, wire: string): number {
  return optionalCount(value, wire) ?? 0;
}

export function timeLimit(value: RawHeader, wire: string): TimeLimit {
  if (value == null) return { hardSeconds: null, softSeconds: null };
  const [hardSeconds = null, softSeconds = null] = Array.isArray(value) ? value : [value];
  if (isSeconds(hardSeconds) && isSeconds(softSeconds)) return { hardSeconds, softSeconds };
  throw malformedHeader(wire, 'two numbers or nulls', value);
}

function isSeconds(value: KombuValue): value is number | null {
  return value === null || typeof value === 'number';
}

export function stringList(value: RawHeader, wire: string): readonly string[] {
  if (value == null) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw malformedHeader(wire, 'a list of strings', value);
}

export function dict(value: RawHeader, wire: string): KombuObject {
  if (value == null) return {};
  if (isObject(value)) return value;
  throw malformedHeader(wire, 'an object', value);
}

/** Reads the stamps of a task, each a value or a list of values. Throws DecodeError TOO_LARGE for more than `maxStampValues`. */
export function stamps(value: RawHeader, wire: string): KombuObject {
  const read = dict(value, wire);
  const values = stampValuesOf(read);
  if (values <= maxStampValues) return read;
  throw new DecodeError(
    'TOO_LARGE',
    `"${wire}" has ${values} values, more than the limit of ${maxStampValues} (docs/limits.md): put the values into an argument.`,
  );
}

export function stampValuesOf(stamped: Readonly<Record<string, unknown>>): number {
  return Object.values(stamped).reduce<number>((sum, value) => sum + (Array.isArray(value) ? value.length : 1), 0);
}

function malformedHeader(wire: string, expected: string, value: KombuValue): DecodeError {
  return new DecodeError('HEADER_MALFORMED', `"${wire}" must be ${expected}, got ${saferepr(value).slice(0, 80)}.`);
}
