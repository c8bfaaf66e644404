import { isObject, type KombuValue } from '../kombu/values.ts';

/** What stands for the value of a secret. */
export const redacted = '***';

/** The names of values that are secret, also as a part of a longer name: `dbPassword`, `X-Api-Key`. */
const secretName =
  /passw(or)?d|passphrase|secret|token|credential|authorization|api[-_]?key|access[-_]?key|private[-_]?key|cookie|session[-_]?id/i;

/** The most items of a list or an object that are looked at: a repr shows about a kilobyte. */
const maxItems = 1024;

/** Celery's reprs show three levels of nesting. */
const maxLevels = 4;

/** Returns the value with `***` in place of those values in it whose names say that they are secret. */
export function redact(value: KombuValue, levels = maxLevels): KombuValue {
  if (levels === 0) return value;
  if (Array.isArray(value)) return value.slice(0, maxItems).map((item) => redact(item, levels - 1));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).slice(0, maxItems);
  return Object.fromEntries(
    entries.map(([name, item]) => [name, secretName.test(name) ? redacted : redact(item, levels - 1)]),
  );
}

/** Returns positional arguments with `***` in place of those whose parameters, or whose names in them, say that they are secret. */
export function redactArguments(args: readonly KombuValue[], parameterNames: readonly string[]): readonly KombuValue[] {
  return args.map((value, index) => (secretName.test(parameterNames[index] ?? '') ? redacted : redact(value)));
}
