/** The deepest nesting of lists and objects that is read or written: the recursion limit of Python. */
const maxDepth = 1000;

/** An integer with as many digits as 2^53, which JSON.parse might round. */
const longInteger = /(?<![\d.])\d{16}/;

/** Reads JSON. Integers beyond 2^53 become bigints. Throws an Error that shows where the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return longInteger.test(text) ? JSON.parse(text, exactInteger) : JSON.parse(text);
  } catch (cause) {
    throw new Error(`The data is not JSON: ${(cause as Error).message}`, { cause });
  }
}

function exactInteger(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== 'number' || Number.isSafeInteger(value) || !source || !/^-?\d+$/.test(source)) return value;
  return BigInt(source);
}

/**
 * Writes JSON as Python does: in ASCII, with the separators `", "` and `": "`, and with NaN and Infinity as they are. Throws
 * for values that JSON cannot represent, and for values that are nested deeper than 1000 levels, such as cycles.
 */
export function stringifyJson(value: unknown, depth = 0): string {
  if (depth > maxDepth) throw new Error(`The data is nested deeper than ${maxDepth} levels, or contains itself.`);
  if (value === null || value === undefined) return 'null';
  switch (typeof value) {
    case 'boolean':
    case 'bigint':
    case 'number':
      return String(value);
    case 'string':
      return quoted(value);
    case 'object':
      return stringifyObject(value, depth);
    default:
      throw new Error(`A ${typeof value} cannot be written as JSON.`);
  }
}

function stringifyObject(value: object, depth: number): string {
  if (Array.isArray(value)) return `[${value.map((item) => stringifyJson(item, depth + 1)).join(', ')}]`;
  if (value instanceof Uint8Array) throw new Error('Bytes cannot be written as JSON.');
  if ('toJSON' in value && typeof value.toJSON === 'function') return stringifyJson(value.toJSON(), depth + 1);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${entries.map(([key, item]) => `${quoted(key)}: ${stringifyJson(item, depth + 1)}`).join(', ')}}`;
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
