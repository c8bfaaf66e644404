import { PythonJsonError } from '../errors.ts';
import type { KombuValue } from '../values.ts';
import { assertLightJson } from './assertLightJson.ts';
import { JsonReader } from './jsonReader.ts';
import { JsonWriter } from './jsonWriter.ts';

/**
 * Matches a text that may contain what `JSON.parse` rejects or does not know: NaN, Infinity, and Kombu's tags, also with
 * escapes in their names. Like `longInteger`, it may match other texts, too, which costs only time.
 */
const beyondJson = /NaN|Infinity|__type__|\\u00[2-7]/;

/** Matches a text that may contain an integer that `JSON.parse` would round: with as many digits as 2^53. */
const longInteger = /(?<![\d.])\d{16}/;

/** `JsonReader` takes so many times as long as `JSON.parse`. */
export const slownessOfReader = 1.5;

/**
 * Parses JSON like Kombu (docs/wire-format.md §1.5), with Python's literals and Kombu's tagged types.
 *
 * Throws PythonJsonError if the text is not JSON, has an unknown `__type__`, or is nested deeper than Python can read, and
 * LimitError if its values weigh more than those of a message may (`maxWeight`), divided by the `passes` that the caller makes.
 */
export function parsePythonJson(text: string, passes = 1): KombuValue {
  const isNative = !beyondJson.test(text) && !longInteger.test(text);
  assertLightJson(text, isNative ? passes : passes * slownessOfReader);
  return isNative ? parseNatively(text) : new JsonReader(text).read();
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
