import {
  defineMappingTag,
  defineScalarTag,
  defineSequenceTag,
  NOT_RESOLVED,
  type ScalarTagDefinition,
  Schema,
} from 'js-yaml';
import { LimitError } from '../errors.ts';
import { maxIntegerDigits } from '../pythonLimits.ts';
import { type KombuValue, setOwn } from '../values.ts';
import { readTimestamp } from './yamlTimestamp.ts';

const decimal = /^[-+]?(?:0|[1-9][0-9_]*)$/;
const radix = /^([-+]?)(0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]+)$/;
const base60 = /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/;
const float = /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/;
const base60Float = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/;
const namedFloats: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  nan: Number.NaN,
};

/** The patterns of PyYAML: a plain text that matches none is a string, such as `y`, `1e8` and `08`. */
function scalar(type: string, firstCharacters: string, resolve: (text: string) => unknown): ScalarTagDefinition {
  return defineScalarTag(`tag:yaml.org,2002:${type}`, {
    implicit: true,
    implicitFirstChars: type === 'null' ? ['', ...firstCharacters] : [...firstCharacters],
    resolve: (text) => {
      const value = resolve(text);
      return value === undefined ? NOT_RESOLVED : value;
    },
    identify: () => false,
  });
}

const digits = '0123456789';

const tags = [
  scalar('bool', 'yYnNtTfFoO', (text) => {
    if (/^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/.test(text)) return true;
    return /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/.test(text) ? false : undefined;
  }),
  scalar('null', '~nN', (text) => (/^(?:~|null|Null|NULL)?$/.test(text) ? null : undefined)),
  scalar('int', `-+${digits}`, readInteger),
  scalar('float', `-+.${digits}`, readFloat),
  scalar('timestamp', digits, readTimestamp),
  // Nested merges can expand to any size, and `safe_dump` does not write them.
  scalar('merge', '<', (text) => {
    if (text === '<<') throw new SyntaxError('Merge keys are not supported');
  }),
  defineScalarTag('tag:yaml.org,2002:str', { resolve: (text) => text, identify: () => false }),
  defineScalarTag('tag:yaml.org,2002:binary', {
    resolve: (text): Buffer => Buffer.from(text, 'base64'),
    identify: () => false,
  }),
  defineSequenceTag<KombuValue[]>('tag:yaml.org,2002:seq', {
    create: () => [],
    addItem: (items, item) => {
      items.push(item as KombuValue);
    },
    identify: () => false,
  }),
  defineMappingTag<Record<string, KombuValue>>('tag:yaml.org,2002:map', {
    create: () => ({}),
    addPair: (map, key, value) => {
      if (typeof key === 'object' && key !== null) return 'A key of a mapping is a list, a mapping or another object';
      setOwn(map, String(key), value as KombuValue);
      return '';
    },
    has: (map, key) => Object.hasOwn(map, String(key)),
    keys: (map) => Object.keys(map),
    get: (map, key) => map[String(key)],
    identify: () => false,
  }),
];

/** The types of YAML 1.1 that Python's `safe_dump` writes and that a KombuValue can represent. Another tag is an error. */
export const pythonSchema = new Schema(tags);

/** Returns a number if it is exact. Throws LimitError for more digits than Python reads. */
function readInteger(text: string): number | bigint | undefined {
  const value = bigIntOf(text);
  if (value === undefined) return undefined;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function bigIntOf(text: string): bigint | undefined {
  const [, sign, number] = radix.exec(text) ?? [];
  if (number === undefined && !decimal.test(text) && !base60.test(text)) return undefined;
  if (text.length > maxIntegerDigits) throw new LimitError(`it has an integer of more than ${maxIntegerDigits} digits`);
  const plain = text.replaceAll('_', '');
  if (plain.includes(':')) return inBase60(plain);
  if (number === undefined) return BigInt(plain.replace('+', ''));
  const magnitude = BigInt(number.replaceAll('_', '').replace(/^0(?=[0-7])/, '0o'));
  return sign === '-' ? -magnitude : magnitude;
}

function inBase60(text: string): bigint {
  const magnitude = text
    .replace(/^[-+]/, '')
    .split(':')
    .reduce((sum, part) => sum * 60n + BigInt(part), 0n);
  return text.startsWith('-') ? -magnitude : magnitude;
}

function readFloat(text: string): number | undefined {
  const [, sign, name] = /^([-+]?)\.(inf|Inf|INF|nan|NaN|NAN)$/.exec(text) ?? [];
  if (name !== undefined) return (sign === '-' ? -1 : 1) * namedFloats[name.toLowerCase()]!;
  if (float.test(text)) return Number(text.replaceAll('_', ''));
  if (!base60Float.test(text)) return undefined;
  const magnitude = text
    .replaceAll('_', '')
    .replace(/^[-+]/, '')
    .split(':')
    .reduce((sum, part) => sum * 60 + Number(part), 0);
  return text.startsWith('-') ? -magnitude : magnitude;
}
