import { EncodeError } from './errors.ts';

/** ISO 8601 as Python's `isoformat()` writes it and `fromisoformat()` reads it, basic forms included. */
const isoPattern =
  /^(\d{4})-?(\d\d)-?(\d\d)(?:\D(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?(Z|[+-]\d\d(?::?\d\d(?::?\d\d(?:\.\d+)?)?)?)?)?$/i;

const offsetPattern = /^([+-])(\d\d):?(\d\d)?:?(\d\d)?/;

/**
 * Milliseconds since 1970 of a date or datetime in ISO 8601; one without an offset is read as UTC.
 *
 * NaN if the text is not ISO 8601, or names a time that does not exist.
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

/** Whether an ISO 8601 datetime says how far from UTC it is. */
export function hasOffset(text: string): boolean {
  return isoPattern.exec(text)?.[8] !== undefined;
}

/**
 * A moment as Python's `isoformat()` writes it in UTC: microseconds if there are any, no offset.
 *
 * Throws EncodeError for an invalid Date, and for a year that Python has not.
 */
export function isoFromDate(date: Date): string {
  const year = date.getUTCFullYear();
  if (Number.isNaN(year)) throw new EncodeError('An invalid Date is not JSON serializable: send null.');
  if (year < 1 || year > 9999) throw new EncodeError(`Python has no year ${year}: send the date as a string.`);
  const text = date.toISOString();
  return text.endsWith('.000Z') ? text.slice(0, -5) : text.replace('Z', '000');
}
