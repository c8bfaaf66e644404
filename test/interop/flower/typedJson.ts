/** A number of a JSON text, which tells whether Python reads it as an int or as a float. */
export class Integer {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** Parses JSON; numbers are `Integer` or `Float`. */
export function parseTyped(text: string): unknown {
  const reviver: Reviver = (_key, value, { source = '' }) => {
    if (typeof value !== 'number') return value;
    return /[.eE]/.test(source) ? new Float(value) : new Integer(value);
  };
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
}

/** The name of Python's type of a value. */
export function typeOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (value instanceof Integer) return 'int';
  if (value instanceof Float) return 'float';
  if (Array.isArray(value)) return 'list';
  return { string: 'str', boolean: 'bool', object: 'dict' }[typeof value as string] ?? typeof value;
}
