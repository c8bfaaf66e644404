import { isUtf8 } from 'node:buffer';
import { utcIsoTime } from './isoTime.ts';
import { DateTime, Decimal, type KombuValue, kombuTag, PlainDate, PlainTime, type Tagged, Uuid } from './values.ts';

/** Decoders of Kombu's types by `__type__` (docs/wire-format.md §1.5). They throw RangeError for an invalid `__value__`. */
export const kombuTypes: ReadonlyMap<string, (value: KombuValue) => KombuValue> = new Map<
  string,
  (value: KombuValue) => KombuValue
>([
  ['datetime', (value) => new DateTime(textOf(value))],
  ['date', (value) => new PlainDate(textOf(value).slice(0, 10))],
  ['time', (value) => new PlainTime(textOf(value))],
  ['decimal', (value) => new Decimal(textOf(value))],
  ['uuid', (value) => new Uuid(textOf((value as { hex?: KombuValue } | null)?.hex))],
  ['bytes', (value) => Buffer.from(textOf(value), 'utf8')],
  ['base64', (value) => Buffer.from(textOf(value), 'base64')],
]);

function textOf(value: KombuValue | undefined): string {
  if (typeof value !== 'string') throw new RangeError(`The value must be a string, got ${typeof value}`);
  return value;
}

/** Returns the tagged form of a value of one of Kombu's types (docs/wire-format.md §1.5); undefined for other values. */
export function kombuTagOf(value: object): Tagged | undefined {
  if (kombuTag in value && typeof value[kombuTag] === 'function') return value[kombuTag]() as Tagged;
  if (value instanceof Uint8Array) return tagOfBytes(value);
  if (value instanceof Date) return { type: 'datetime', value: utcIsoTime(value) };
  return undefined;
}

function tagOfBytes(bytes: Uint8Array): Tagged {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return { type: 'bytes', value: buffer.toString('utf8') };
  return { type: 'base64', value: buffer.toString('base64') };
}
