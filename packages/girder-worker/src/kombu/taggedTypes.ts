import { isUtf8 } from 'node:buffer';
import { isoFromDate } from './isoTime.ts';
import { DateTime, Decimal, type KombuValue, kombuTag, PlainDate, PlainTime, type Tagged, Uuid } from './values.ts';

/** Kombu's own types, read: what each `__type__` makes of its `__value__` (wire specification §1.5). Throws RangeError. */
export const kombuTypes: ReadonlyMap<string, (value: KombuValue) => KombuValue> = new Map<
  string,
  (value: KombuValue) => KombuValue
>([
  ['datetime', (value) => new DateTime(text(value))],
  ['date', (value) => new PlainDate(text(value).slice(0, 10))],
  ['time', (value) => new PlainTime(text(value))],
  ['decimal', (value) => new Decimal(text(value))],
  ['uuid', (value) => new Uuid(text((value as { hex?: KombuValue } | null)?.hex))],
  ['bytes', (value) => Buffer.from(text(value), 'utf8')],
  ['base64', (value) => Buffer.from(text(value), 'base64')],
]);

function text(value: KombuValue | undefined): string {
  if (typeof value !== 'string') throw new RangeError(`A text is needed, not ${typeof value}`);
  return value;
}

/** Kombu's own types, written (wire specification §1.5); undefined for a value that has no tag. */
export function kombuTagOf(value: object): Tagged | undefined {
  if (kombuTag in value && typeof value[kombuTag] === 'function') return value[kombuTag]() as Tagged;
  if (value instanceof Uint8Array) return tagOfBytes(value);
  if (value instanceof Date) return { type: 'datetime', value: `${isoFromDate(value)}+00:00` };
  return undefined;
}

function tagOfBytes(bytes: Uint8Array): Tagged {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return { type: 'bytes', value: buffer.toString('utf8') };
  return { type: 'base64', value: buffer.toString('base64') };
}
