import { kombuTagOf } from '../taggedTypes.ts';
import { taggedRepr } from './taggedRepr.ts';

// Python's own `repr`, in full. `saferepr.ts` has Celery's `saferepr`, which truncates, and quotes strings in its own way.

/** The parts of an exception that its `repr` contains. */
interface Exception {
  readonly type: string;
  readonly args: readonly unknown[];
}

/** Returns Python's `repr` of an exception: `ValueError('hdr', 42)`. A Reject has Celery's own form. */
export function exceptionRepr({ type, args }: Exception): string {
  if (type === 'Reject') return `reject requeue=${pythonRepr(args[1] ?? false)}: ${args[0] ?? 'None'}`;
  return `${type}(${args.map(pythonRepr).join(', ')})`;
}

/** Returns Python's `repr` of a value from a message or a result. */
export function pythonRepr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return pythonNumberRepr(value);
  if (typeof value === 'string') return stringRepr(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (value instanceof Uint8Array) return pythonBytesRepr(value);
  const tagged = typeof value === 'object' ? kombuTagOf(value) : undefined;
  if (tagged) return taggedRepr(tagged);
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return String(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${stringRepr(key)}: ${pythonRepr(item)}`)
    .join(', ')}}`;
}

/** Returns Python's `repr` of an int, if the number is a safe integer, or else of a float. */
export function pythonNumberRepr(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? '-0.0' : String(value);
  const size = Math.abs(value);
  const text = size >= 1e16 || size < 1e-4 ? value.toExponential() : String(value);
  return text.replace(/e([-+])(\d)$/, 'e$10$2'); // Python's exponents have two digits or more.
}

const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

/** Returns Python's `repr` of bytes: `b'a\x00'`. All bytes but printable ASCII are escaped. */
export function pythonBytesRepr(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const quote = quoteFor(text);
  let escaped = '';
  for (const character of text) {
    if (character === quote) escaped += `\\${quote}`;
    else if (character >= ' ' && character <= '~' && character !== '\\') escaped += character;
    else escaped += shortEscapes[character] ?? hexEscape(character.charCodeAt(0));
  }
  return `b${quote}${escaped}${quote}`;
}

function stringRepr(text: string): string {
  const quote = quoteFor(text);
  const escaped = Array.from(text, (character) => {
    if (character === quote) return `\\${character}`;
    return shortEscapes[character] ?? (isPrintable(character) ? character : hexEscape(character.codePointAt(0)!));
  });
  return `${quote}${escaped.join('')}${quote}`;
}

/** Python uses double quotes if the text contains single quotes and no double quotes. */
function quoteFor(text: string): string {
  return text.includes("'") && !text.includes('"') ? '"' : "'";
}

function isPrintable(character: string): boolean {
  return character === ' ' || !/[\p{C}\p{Z}]/u.test(character);
}

function hexEscape(code: number): string {
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
