import { PythonJsonError } from '../errors.ts';
import { maxDepth } from '../pythonLimits.ts';
import type { KombuValue } from '../values.ts';
import { JsonReader } from './jsonReader.ts';
import { JsonWriter } from './jsonWriter.ts';

/**
 * Signs of what `JSON.parse` refuses or does not know of: NaN, Infinity, and Kombu's tags, also where their names are
 * spelt with escapes. Like `longInteger`, it may see something where there is nothing, which costs only time.
 */
const beyondJson = /NaN|Infinity|__type__|\\u00[2-7]/;

/** Signs of integers that `JSON.parse` would round: those with as many digits as 2^53. */
const longInteger = /(?<![\d.])\d{16}/;

/**
 * Reads JSON as Kombu does (wire specification §1.5): Python's literals, and its types by their tags.
 *
 * Throws PythonJsonError for a text that is none, has an unknown `__type__`, or is nested deeper than Python could read.
 */
export function parsePythonJson(text: string): KombuValue {
  if (beyondJson.test(text) || longInteger.test(text)) return new JsonReader(text).read();
  const value = parseNatively(text);
  // A text must have two characters for each level, so that short ones need no check.
  if (text.length >= 2 * maxDepth && isDeeperThan(maxDepth, value)) {
    throw new PythonJsonError(`JSON is nested deeper than ${maxDepth} levels`);
  }
  return value;
}

/**
 * Writes JSON as Kombu does, so that Python reads equal values: ASCII, `", "` and `": "`, tags for dates, decimals,
 * UUIDs and bytes, and floats that stay floats.
 *
 * Otherwise it does as `JSON.stringify`: `toJSON` is asked, undefined properties are left out, undefined alone is null.
 * Throws EncodeError for what has no form: Set, Map, functions, symbols, cycles and the like.
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

/** Whether arrays and plain objects are nested deeper than so many levels. */
function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  const children = Array.isArray(value) ? value : Object.values(value);
  for (const child of children) if (isDeeperThan(levels - 1, child)) return true;
  return false;
}
