/** Questions about a thrown value. They never throw: it may be a proxy that was revoked, or an error whose getters throw. */

/** The name of an error; undefined for any other value, and for an error whose name cannot be read. */
export function errorName(value: unknown): string | undefined {
  try {
    return value instanceof Error ? value.name : undefined;
  } catch {
    return undefined;
  }
}

export function isInstance<E extends Error>(value: unknown, kind: abstract new (...args: never[]) => E): value is E {
  try {
    return value instanceof kind;
  } catch {
    return false;
  }
}
