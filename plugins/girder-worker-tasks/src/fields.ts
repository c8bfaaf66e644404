/**
 * Objects from a message. Their keys are chosen by the sender: `__proto__` and `constructor` are ordinary names, so they are
 * read as own properties only, and written with functions that define own properties.
 */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value is a dict: an object that is neither a list, nor bytes, nor a date or another class. */
export function isFields(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Returns the value of an own property; undefined if there is none. */
export function own(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** Returns a text of the fields; undefined if it is absent or null. Throws for any other type. */
export function textOf(fields: Fields, key: string, subject: string): string | undefined {
  const value = own(fields, key);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new Error(`"${key}" of ${subject} must be a string, got ${describe(value)}.`);
}

/** Returns a dict of the fields; an empty one if it is absent or null. Throws for any other type. */
export function fieldsOf(fields: Fields, key: string, subject: string): Fields {
  return asFields(own(fields, key) ?? {}, `"${key}" of ${subject}`);
}

/** Returns a list of the fields; an empty one if it is absent or null. Throws for any other type. */
export function listOf(fields: Fields, key: string, subject: string): readonly unknown[] {
  const value = own(fields, key) ?? [];
  if (Array.isArray(value)) return value;
  throw new Error(`"${key}" of ${subject} must be a list, got ${describe(value)}.`);
}

/** Returns a number above 0 of the fields; undefined if it is absent or null. Throws for anything else. */
export function positiveNumberOf(fields: Fields, key: string, subject: string): number | undefined {
  const value = own(fields, key);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
  throw new Error(`"${key}" of ${subject} must be a number above 0, got ${describe(value)}.`);
}

/** Returns a value as a dict. Throws if it is none. */
export function asFields(value: unknown, subject: string): Fields {
  if (isFields(value)) return value;
  throw new Error(`${subject} must be an object, got ${describe(value)}.`);
}

/** Sets an own property, whatever its name. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') target[key] = value;
  else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

/** A short description of a value for an error message: a scalar itself, of everything else the type. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return isFields(value) ? 'an object' : `a ${(value as object).constructor?.name ?? typeof value}`;
}
