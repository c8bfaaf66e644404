/** A time or a duration, which Python writes as a float: also 3 seconds are `3.0`, so that a strictly typed client reads one type. */
export class Seconds {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }

  toString(): string {
    const seconds = this.ms / 1000;
    return Number.isInteger(seconds) ? `${seconds}.0` : String(seconds);
  }
}

/** A value that is JSON already, such as a result with integers beyond 2^53. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * Writes a value as Python's `json.dumps`, with the separators `", "` and `": "`. The entries of a Map keep their order, also where a key looks like a number, which
 * JavaScript moves to the beginning of an object: clients read tasks in the order of `sort_by`.
 */
export function writeFlowerJson(value: unknown): string {
  if (value instanceof Seconds) return value.toString();
  if (value instanceof JsonText) return value.text;
  if (Array.isArray(value)) return `[${value.map(writeFlowerJson).join(', ')}]`;
  if (value instanceof Map) return writeEntries([...value]);
  if (typeof value === 'object' && value !== null) return writeEntries(Object.entries(value));
  return JSON.stringify(value ?? null);
}

function writeEntries(entries: readonly (readonly [unknown, unknown])[]): string {
  const known = entries.filter(([, value]) => value !== undefined);
  return `{${known.map(([key, value]) => `${JSON.stringify(String(key))}: ${writeFlowerJson(value)}`).join(', ')}}`;
}
