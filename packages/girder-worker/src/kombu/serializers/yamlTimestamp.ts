import { DateTime, PlainDate } from '../values.ts';

const timestampParts =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:(?<=^\d{4}-\d\d-\d\d)|(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(\.\d*)?[ \t]*(Z|[-+]\d\d?(?::?\d\d)?)?)$/;

/** Reads a date or a time of YAML 1.1; undefined for another text. Keeps microseconds and the offset. */
export function readTimestamp(text: string): PlainDate | DateTime | undefined {
  const parts = timestampParts.exec(text);
  if (!parts) return undefined;
  const [, year = '', month = '', day = '', hour, minute, second, fraction = '', offset = ''] = parts;
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  if (hour === undefined) return new PlainDate(date);
  const micros = Number(fraction) === 0 ? '' : fraction.slice(0, 7).padEnd(7, '0');
  return new DateTime(`${date}T${hour.padStart(2, '0')}:${minute}:${second}${micros}${offsetText(offset)}`);
}

/** Returns an offset in Python's form: `+02:00`. */
function offsetText(offset: string): string {
  if (offset === '') return '';
  if (offset === 'Z') return '+00:00';
  const [, sign, hours = '', minutes = '00'] = /^([-+])(\d\d?):?(\d\d)?$/.exec(offset) ?? [];
  return `${sign}${hours.padStart(2, '0')}:${minutes}`;
}
