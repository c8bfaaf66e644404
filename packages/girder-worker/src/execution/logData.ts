/** The bounds of the fields of one log line: CloudWatch takes lines of 1 MB, but people and queries read them. */
const maxCharacters = 8192;
const maxStringCharacters = 2048;
const maxItems = 100;
const maxDepth = 6;

/** Plain data: what JSON represents, and what can be sent to another thread. */
export type LogValue = string | number | boolean | null | readonly LogValue[] | { readonly [name: string]: LogValue };

/** What remains of the bound on the size, and the objects around the value. */
interface Walk {
  characters: number;
  readonly parents: object[];
}

const omitted = '…';

/**
 * Returns the fields that a task gives with a log line as plain data, whatever they contain: an Error becomes its name, message,
 * stack and cause, a Date its ISO text, a bigint its digits, a circular reference `[Circular]`, and a getter that throws its
 * error. Longer texts, further items and deeper values than the bounds allow become `…`. Never throws.
 */
export function toLogData(fields: object): { readonly [name: string]: LogValue } {
  const walk: Walk = { characters: maxCharacters, parents: [] };
  const value = plain(fields, walk);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isObject && !(fields instanceof Error)) return value as { readonly [name: string]: LogValue };
  return fields instanceof Error ? { error: value } : { value };
}

function plain(value: unknown, walk: Walk): LogValue {
  switch (typeof value) {
    case 'string':
      return text(value, walk);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'bigint':
    case 'symbol':
      return text(String(value), walk);
    case 'function':
      return text(`[Function ${read(() => String(value.name))}]`, walk);
    case 'undefined':
      return null;
    case 'object':
      if (value === null) return null;
      return attempt(() => object(value, walk), walk);
  }
}

function object(value: object, walk: Walk): LogValue {
  if (walk.parents.includes(value)) return '[Circular]';
  if (walk.parents.length >= maxDepth || walk.characters <= 0) return omitted;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.constructor.name}, ${value.byteLength} bytes]`;
  walk.parents.push(value);
  try {
    if (value instanceof Error) return record(errorEntries(value), walk);
    if (Array.isArray(value)) return list(value.length, (index) => value[index], walk);
    if (value instanceof Set) return list(value.size, itemsOf(value), walk);
    if (value instanceof Map) return record(mapEntries(value), walk);
    const { toJSON } = value as { readonly toJSON?: unknown };
    if (typeof toJSON === 'function') return plain(toJSON.call(value), walk);
    return record(ownEntries(value), walk);
  } finally {
    walk.parents.pop();
  }
}

type Entry = readonly [name: string, read: () => unknown];

function record(entries: Iterable<Entry>, walk: Walk): LogValue {
  const fields: [string, LogValue][] = [];
  for (const [name, readValue] of entries) {
    if (fields.length === maxItems || walk.characters <= 0) {
      fields.push([omitted, omitted]);
      break;
    }
    walk.characters -= name.length;
    const value = attempt(() => {
      const found = readValue();
      return found === undefined ? undefined : plain(found, walk);
    }, walk);
    if (value !== undefined) fields.push([name.slice(0, maxStringCharacters), value]);
  }
  return Object.fromEntries(fields); // Unlike an assignment, it can define a field with the name __proto__.
}

function list(length: number, itemAt: (index: number) => unknown, walk: Walk): LogValue {
  const items: LogValue[] = [];
  for (let index = 0; index < length; index++) {
    if (index === maxItems || walk.characters <= 0) return [...items, omitted];
    walk.characters--;
    items.push(attempt(() => plain(itemAt(index), walk), walk));
  }
  return items;
}

function itemsOf(set: Set<unknown>): () => unknown {
  const items = set.values();
  return () => items.next().value;
}

function* ownEntries(value: object): Iterable<Entry> {
  for (const name of Object.keys(value)) yield [name, () => (value as Record<string, unknown>)[name]];
}

function* mapEntries(map: Map<unknown, unknown>): Iterable<Entry> {
  for (const [key, value] of map) yield [read(() => String(key)), () => value];
}

function* errorEntries(error: Error): Iterable<Entry> {
  for (const name of ['name', 'message', 'stack', 'cause'] as const) yield [name, () => error[name]];
  for (const name of Object.keys(error)) {
    if (name !== 'name') yield [name, () => (error as unknown as Record<string, unknown>)[name]];
  }
}

function text(value: string, walk: Walk): string {
  const length = Math.min(maxStringCharacters, Math.max(0, walk.characters));
  walk.characters -= Math.min(length, value.length);
  return value.length > length ? value.slice(0, length) + omitted : value;
}

/** Returns what `act` returns, or the text of the error that the code of a getter, a Proxy or a `toJSON` throws. */
function attempt<T>(act: () => T, walk: Walk): T | string {
  try {
    return act();
  } catch (error) {
    return text(`[Threw ${read(() => String(error))}]`, walk);
  }
}

function read(act: () => string): string {
  try {
    return act();
  } catch {
    return 'an unreadable value';
  }
}
