import { DecodeError, type DecodeErrorCode } from '../kombu/errors.ts';
import { isoToMs } from '../kombu/isoTime.ts';
import { saferepr } from '../kombu/repr/saferepr.ts';
import { DateTime, isObject, type KombuObject, type KombuValue, Uuid } from '../kombu/values.ts';
import type { TimeLimit } from './message.ts';

/** The value of a header; undefined where it is missing. */
export type Raw = KombuValue | undefined;

/** What must be there: the name and the id of the task. */
export function required(code: DecodeErrorCode, complaint: string): (value: Raw, wire: string) => string {
  return (value, wire) => {
    const text = optionalText(value, wire);
    if (text === null || text === '') throw new DecodeError(code, complaint);
    return text;
  };
}

/** Texts that mean something: ids, mostly. Python clients may send UUID objects for them. */
export function optionalText(value: Raw, wire: string): string | null {
  if (value == null) return null;
  if (value instanceof Uuid) return value.text;
  if (typeof value === 'string') return value;
  throw malformed(wire, 'a string', value);
}

/** Texts that are shown or handed on, and that Celery never looks at: other types become what it would have printed. */
export function shownText(value: Raw): string | null {
  if (value == null) return null;
  return typeof value === 'string' || value instanceof Uuid ? String(value) : saferepr(value);
}

/** ISO 8601, as the sender wrote it. */
export function time(value: Raw, wire: string): string | null {
  if (value == null) return null;
  if (value instanceof DateTime) return value.isoformat();
  if (typeof value === 'string' && !Number.isNaN(isoToMs(value))) return value;
  throw malformed(wire, 'ISO 8601', value);
}

export function optionalCount(value: Raw, wire: string): number | null {
  if (value == null) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw malformed(wire, 'a count', value);
}

export function count(value: Raw, wire: string): number {
  return optionalCount(value, wire) ?? 0;
}

export function timeLimit(value: Raw, wire: string): TimeLimit {
  if (value == null) return { hardSeconds: null, softSeconds: null };
  const [hardSeconds = null, softSeconds = null] = Array.isArray(value) ? value : [value];
  if (isSeconds(hardSeconds) && isSeconds(softSeconds)) return { hardSeconds, softSeconds };
  throw malformed(wire, 'two numbers or nulls', value);
}

function isSeconds(value: KombuValue): value is number | null {
  return value === null || typeof value === 'number';
}

export function names(value: Raw, wire: string): readonly string[] {
  if (value == null) return [];
  if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return value;
  throw malformed(wire, 'a list of strings', value);
}

export function dict(value: Raw, wire: string): KombuObject {
  if (value == null) return {};
  if (isObject(value)) return value;
  throw malformed(wire, 'an object', value);
}

export function malformed(wire: string, wanted: string, value: KombuValue): DecodeError {
  return new DecodeError('HEADER_MALFORMED', `"${wire}" must be ${wanted}, and is ${saferepr(value).slice(0, 80)}.`);
}
