import type { Labels } from './comparedTasks.ts';
import { Float, Integer, typeOf } from './typedJson.ts';

/** One value that is not the same on both sides. */
export interface Difference {
  readonly path: string;
  readonly label: string;
  readonly flower: unknown;
  readonly ours: unknown;
}

/**
 * What is compared of a value: ids become the labels of their tasks, and unknown ids, times, durations, counters, names of hosts and the text of
 * tracebacks become the names of what they are.
 */
export function normalized(value: unknown, labels: Labels, key = ''): unknown {
  if (value instanceof Float) return 'a float';
  if (value instanceof Integer) return key === 'clock' ? 'an int' : value.value;
  if (typeof value === 'string') return textOf(value, labels, key);
  if (Array.isArray(value)) return value.map((item) => normalized(item, labels, key));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [
    textOf(name, labels, ''),
    normalized(item, labels, name),
  ]);
  return Object.fromEntries(entries);
}

function textOf(text: string, labels: Labels, key: string): string {
  if (key === 'eta') return text.replace(/\d/g, '0');
  if (text.startsWith('Traceback (most recent call last):\n')) return 'a traceback';
  if (labels.has(text)) return `<${labels.get(text)}>`;
  return text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => `<${labels.get(id) ?? 'an id'}>`);
}

/** The fields of two objects that are not equal after normalisation. */
export function differencesOf(label: string, flower: object, ours: object): Difference[] {
  const keys = new Set([...Object.keys(flower), ...Object.keys(ours)]);
  return [...keys].flatMap((path) => {
    const [a, b] = [flower, ours].map((object) => (object as Readonly<Record<string, unknown>>)[path]);
    return JSON.stringify(a) === JSON.stringify(b) && (a === undefined) === (b === undefined)
      ? []
      : [{ path, label, flower: a, ours: b }];
  });
}

/** The types of all fields of a value by their paths, `stats.total`; those of lists are of their first item. */
export function typesIn(value: unknown, path = '', depth = 3): Map<string, string> {
  const own = new Map(path === '' ? [] : [[path, typeOf(value)]]);
  if (depth === 0 || typeof value !== 'object' || value === null || value instanceof Integer || value instanceof Float)
    return own;
  const inner = Array.isArray(value) ? value.slice(0, 1).map((item) => ['[]', item] as const) : Object.entries(value);
  for (const [key, item] of inner)
    for (const [name, type] of typesIn(
      item,
      path === '' || key === '[]' ? `${path}${key}` : `${path}.${key}`,
      depth - 1,
    ))
      own.set(name, type);
  return own;
}
