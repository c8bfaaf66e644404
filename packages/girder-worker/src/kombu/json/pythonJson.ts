import { PythonJsonError } from '../errors.ts';
import { maxDepth } from '../pythonLimits.ts';
import type { KombuValue } from '../values.ts';
import { JsonReader } from './jsonReader.ts';
import { JsonWriter } from './jsonWriter.ts';

/**
 * Matches a text that may contain what `JSON.parse` rejects or does not know: NaN, Infinity, and Kombu's tags, also with
 * escapes in their names. Like `longInteger`, it may match other texts, too, which costs only time.
 */
const beyondJson = /NaN|Infinity|__type__|\\u00[2-7]/;

/** Matches a text that may contain an integer that `JSON.parse` would round: with as many digits as 2^53. */
const longInteger = /(?<![\d.])\d{16}/;

/**
 * Parses JSON like Kombu (docs/wire-format.md §1.5), with Python's literals and Kombu's tagged types.
 *
 * Throws PythonJsonError if the text is not JSON, has an unknown `__type__`, or is nested deeper than Python can read.
 */
export function parsePythonJson(text: string): KombuValue {
  if (beyondJson.test(text) || longInteger.test(text)) return new JsonReader(text).read();
  const value = parseNatively(text);
  // Each level needs two characters, so short texts need no check.
  if (text.length >= 2 * maxDepth && isDeeperThan(maxDepth, value)) {
    throw new PythonJsonError(`JSON is nested deeper than ${maxDepth} levels`);
  }
  return value;
}

/**
 * Writes JSON like Kombu, so that Python reads equal values: in ASCII, with the separators `", "` and `": "`, with tags for
 * dates, decimals, UUIDs and bytes. Floats stay floats.
 *
 * Like `JSON.stringify`, it calls `toJSON` and leaves out undefined properties. `undefined` itself becomes null. Throws
 * EncodeError for values that cannot be serialized: Set, Map, functions, symbols, cycles and others.
 */
export function stringifyPythonJson(value: unknown): string {
  return new JsonWriter().write(value);
}

function parseNatively(text: string): KombuValue {
  try {
    return JSON.parse(text) as KombuValue;
  } catch (cause) {
    throw new PythonJsonError(`Not JSON: ${(cause as Error).message}`, { cause });
  }
}

/** Whether arrays and plain objects are nested deeper than `levels`. */
function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  const children = Array.isArray(value) ? value : Object.values(value);
  for (const child of children) if (isDeeperThan(levels - 1, child)) return true;
  return false;
}
