import { isUtf8 } from 'node:buffer';
import type { Tagged } from '../values.ts';

const isoParts = /^(?:(\d{4})-?(\d\d)-?(\d\d))?[T ]?(?:(\d\d):?(\d\d)?:?(\d\d)?(?:[.,](\d+))?)?(Z|[+-]\d\d.*)?$/i;

/** A value of a type that Kombu tags as the Python call that makes it: `Decimal('1.50')`. */
export function taggedRepr({ type, value }: Tagged): string {
  switch (type) {
    case 'datetime':
    case 'date':
    case 'time':
      return `datetime.${type}(${timeArguments(String(value)).join(', ')})`;
    case 'decimal':
      return `Decimal('${value}')`;
    case 'uuid':
      return `UUID('${(value as { hex: string }).hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}')`;
    default:
      return `<${type} object>`;
  }
}

/** Bytes as Celery shows them: as text if they are UTF-8, else in hexadecimal. */
export function reprOfBytes(bytes: Uint8Array, maxBytes: number): string {
  const isCut = maxBytes > 0 && bytes.length > maxBytes;
  const shown = Buffer.from(isCut ? bytes.subarray(0, maxBytes) : bytes);
  const text = isUtf8(shown) ? shown.toString('utf8') : shown.toString('hex');
  return `b'${text}${isCut ? '...' : ''}'`;
}

/** Python leaves out microseconds that are zero, and then seconds that are zero, too. */
function timeArguments(iso: string): string[] {
  const [, year, month, day, hour, minute, second, fraction = '', offset] = isoParts.exec(iso) ?? [];
  const date = [year, month, day].filter((part) => part !== undefined);
  if (hour === undefined) return date.map(decimal);
  const microseconds = fraction.slice(0, 6).padEnd(6, '0');
  const rest = [second ?? '0', microseconds];
  while (rest.length > 0 && Number(rest.at(-1)) === 0) rest.pop();
  const numbers = [...date, hour, minute ?? '0', ...rest].map(decimal);
  return offset === undefined ? numbers : [...numbers, `tzinfo=${timezone(offset)}`];
}

function decimal(digits: string): string {
  return String(Number(digits));
}

function timezone(offset: string): string {
  const [hours = 0, minutes = 0, seconds = 0] = (offset.slice(1).match(/\d\d/g) ?? []).map(Number);
  const size = (hours * 60 + minutes) * 60 + seconds;
  if (size === 0) return 'datetime.timezone.utc';
  const delta = offset.startsWith('-') ? `days=-1, seconds=${86_400 - size}` : `seconds=${size}`;
  return `datetime.timezone(datetime.timedelta(${delta}))`;
}
