import { kombuTagOf } from '../taggedTypes.ts';
import { taggedRepr } from './taggedRepr.ts';

/** What of a stored exception Python's `repr` shows. */
interface Exception {
  readonly type: string;
  readonly args: readonly unknown[];
}

/** An exception as Python's `repr` gives it: `ValueError('hdr', 42)`. */
export function exceptionRepr({ type, args }: Exception): string {
  if (type === 'Reject') return `reject requeue=${pythonRepr(args[1] ?? false)}: ${args[0] ?? 'None'}`; // Celery's own form.
  return `${type}(${args.map(pythonRepr).join(', ')})`;
}

/** A value of JSON as Python's own `repr` gives it, in full; `pythonRepr` is Celery's, which cuts and quotes in its own way. */
export function pythonRepr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return reprOfNumber(value);
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (value instanceof Uint8Array) return reprOfBytes(value);
  const tagged = typeof value === 'object' ? kombuTagOf(value) : undefined;
  if (tagged) return taggedRepr(tagged);
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return String(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${quoted(key)}: ${pythonRepr(item)}`)
    .join(', ')}}`;
}

function reprOfNumber(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? '-0.0' : String(value);
  const size = Math.abs(value);
  const text = size >= 1e16 || size < 1e-4 ? value.toExponential() : String(value);
  return text.replace(/e([-+])(\d)$/, 'e$10$2');
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

/** In single quotes, unless these are in the text and double ones are not; what does not print is escaped. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = Array.from(text, (character) => {
    if (character === quote) return `\\${character}`;
    return escapes[character] ?? (isPrintable(character) ? character : escaped(character.codePointAt(0)!));
  });
  return `${quote}${body.join('')}${quote}`;
}

/** Each byte that is no printable ASCII is escaped. */
function reprOfBytes(bytes: Uint8Array): string {
  const text = quoted(Buffer.from(bytes).toString('latin1'));
  return `b${text.replace(/[\x80-\xff]/g, (character) => escaped(character.charCodeAt(0)))}`;
}

function isPrintable(character: string): boolean {
  return character === ' ' || !/[\p{C}\p{Z}]/u.test(character);
}

function escaped(code: number): string {
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
