import { EncodeError } from './errors.ts';

/** ISO 8601 as Python's `isoformat()` writes it and `fromisoformat()` reads it, including the basic forms. */
const isoPattern =
  /^(\d{4})-?(\d\d)-?(\d\d)(?:\D(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?(Z|[+-]\d\d(?::?\d\d(?::?\d\d(?:\.\d+)?)?)?)?)?$/i;

const offsetPattern = /^([+-])(\d\d):?(\d\d)?:?(\d\d)?/;

/**
 * Parses a date or datetime in ISO 8601. Returns ms since 1970, or NaN if the text is not ISO 8601 or names a time that
 * does not exist. A datetime without an offset is in UTC.
 */
export function isoToMs(text: string): number {
  const match = isoPattern.exec(text);
  if (match === null) return Number.NaN;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset = 'Z'] = match;
  if (Number(year) < 1 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return Number.NaN;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return Number.NaN;
  date.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.slice(0, 3).padEnd(3, '0')));
  return date.getTime() - offsetToMs(offset);
}

function offsetToMs(offset: string): number {
  const match = offsetPattern.exec(offset);
  if (match === null) return 0;
  const [, sign, hours, minutes = '0', seconds = '0'] = match;
  const size = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -size : size;
}

/** Whether a datetime in ISO 8601 has an offset from UTC. */
export function hasOffset(text: string): boolean {
  return isoPattern.exec(text)?.[8] !== undefined;
}

/**
 * Writes a Date as Python's `isoformat()` writes a naive datetime in UTC: `2026-01-02T03:04:05.678000`, without the fraction
 * if it is zero.
 *
 * Throws EncodeError for an invalid Date, and for a year that Python does not support.
 */
export function naiveIsoTime(date: Date): string {
  const year = date.getUTCFullYear();
  if (Number.isNaN(year)) throw new EncodeError('An invalid Date is not JSON serializable: send null.');
  if (year < 1 || year > 9999) throw new EncodeError(`Python has no year ${year}: send the date as a string.`);
  const text = date.toISOString();
  return text.endsWith('.000Z') ? text.slice(0, -5) : text.replace('Z', '000');
}

/** Writes a Date as Python's `isoformat()` writes an aware datetime in UTC: `naiveIsoTime` and `+00:00`. Throws as it does. */
export function utcIsoTime(date: Date): string {
  return `${naiveIsoTime(date)}+00:00`;
}

/**
 * Writes a valid Date as Python's `isoformat(timespec='microseconds')` writes an aware datetime in UTC, always with six digits
 * of the second: `2026-01-02T03:04:05.000000+00:00`.
 */
export function utcIsoTimeWithMicroseconds(date: Date): string {
  return date.toISOString().replace('Z', '000+00:00');
}
