import fc from 'fast-check';
import { DateTime, Decimal, type KombuValue, PlainDate, PlainTime, Uuid } from './values.ts';

/** For tests: any text, keys of prototypes and lone surrogates among them. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('__proto__', 'constructor', 'toString', '__type__', 'NaN', '1234567890123456', '\\u005f', '\ud800'),
);

const dates = fc.date({
  min: new Date('0001-01-02T00:00:00Z'),
  max: new Date('9999-12-30T00:00:00Z'),
  noInvalidDate: true,
});
const micros = fc.constantFrom('', '.678901', '.000001', '.500000');
const offsets = fc.constantFrom('', '+00:00', '+02:00', '-11:30', '+01:02:03');

const moments = fc.tuple(dates, micros, offsets).map(([date, fraction, offset]) => ({
  day: date.toISOString().slice(0, 10),
  time: date.toISOString().slice(11, 19) + fraction + offset,
}));

/** For tests: values of all types that Kombu can carry. */
export const { value: kombuValues, object: kombuObjects } = fc.letrec<{
  value: KombuValue;
  object: Record<string, KombuValue>;
}>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, -0, Number.NaN, Infinity, -Infinity),
    fc.integer(),
    fc.double(),
    fc.bigInt().filter((integer) => !Number.isSafeInteger(Number(integer))),
    anyText,
    fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
    moments.map(({ day, time }) => new DateTime(`${day}T${time}`)),
    moments.map(({ day }) => new PlainDate(day)),
    moments.map(({ time }) => new PlainTime(time)),
    fc
      .constantFrom('1.50', '-0', 'NaN', 'Infinity', '1E+5', '0.1000000000000000000000001')
      .map((text) => new Decimal(text)),
    fc.uuid().map((text) => new Uuid(text)),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc
    .array(fc.tuple(anyText, tie('value')), { maxLength: 4 })
    .map((entries) => Object.fromEntries(entries))
    .filter((object) => !('__type__' in object && Object.keys(object).length === 2)),
}));
