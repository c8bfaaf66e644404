import { parseDocument, type ScalarTag, type Tags } from 'yaml';
import { assertBounded } from './bounds.ts';
import { DateTime, type KombuValue, PlainDate } from './values.ts';

/** The types of YAML 1.1 that Python's `safe_dump` writes and the message can hold. */
const understood = new Set(
  ['map', 'seq', 'str', 'null', 'bool', 'int', 'float', 'binary'].map((name) => `tag:yaml.org,2002:${name}`),
);

const timestampParts =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(\.\d*)?[ \t]*(Z|[-+]\d\d?(?::?\d\d)?)?)?$/;

/** Of our own, as the library's forgets microseconds and offsets. */
const timestamp: ScalarTag = {
  tag: 'tag:yaml.org,2002:timestamp',
  default: true,
  test: timestampParts,
  resolve: readTimestamp,
};

/** Refused, as merges can be piled up to any size, and `safe_dump` writes none. */
const merge: ScalarTag = {
  tag: 'tag:yaml.org,2002:merge',
  default: 'key',
  test: /^<<$/,
  resolve: (_text, onError) => onError('Merge keys are not read here'),
};

/**
 * Reads YAML 1.1 as Python's `safe_load` does. No tag is executed, and an unknown one is an error.
 *
 * Throws SyntaxError, or RangeError for aliases that would expand without bounds.
 */
export function readYaml(text: string): KombuValue {
  const document = parseDocument(text, {
    version: '1.1',
    customTags: (tags: Tags) => [...tags.filter(isUnderstood), timestamp, merge],
    intAsBigInt: true,
    uniqueKeys: false, // Python takes the last one; and looking for the first takes quadratic time.
    logLevel: 'error', // Nothing is printed: what is wrong is found in the document.
    prettyErrors: false,
  });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw new SyntaxError(`Not YAML: ${problem.message}`, { cause: problem });
  const value = document.toJS({ maxAliasCount: -1 }) as KombuValue; // Aliases share what they refer to, which costs nothing yet.
  assertBounded(value);
  return withNumbers(value);
}

function isUnderstood(tag: Tags[number]): boolean {
  return typeof tag === 'object' && understood.has(tag.tag);
}

function readTimestamp(text: string): PlainDate | DateTime {
  const [, year = '', month = '', day = '', hour, minute, second, fraction = '', offset = ''] =
    timestampParts.exec(text) ?? [];
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  if (hour === undefined) return new PlainDate(date);
  const micros = Number(fraction) === 0 ? '' : fraction.slice(0, 7).padEnd(7, '0');
  return new DateTime(`${date}T${hour.padStart(2, '0')}:${minute}:${second}${micros}${offsetText(offset)}`);
}

/** An offset as Python writes it: `+02:00`. */
function offsetText(offset: string): string {
  if (offset === '') return '';
  if (offset === 'Z') return '+00:00';
  const [, sign, hours = '', minutes = '00'] = /^([-+])(\d\d?):?(\d\d)?$/.exec(offset) ?? [];
  return `${sign}${hours.padStart(2, '0')}:${minutes}`;
}

/** Integers as numbers where those hold them exactly. */
function withNumbers(value: KombuValue): KombuValue {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(withNumbers);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withNumbers(item)]));
}
