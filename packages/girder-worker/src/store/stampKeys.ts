import { createHash } from 'node:crypto';
import type { Revocation } from './resultStore.ts';

/**
 * Stamp revocation keys: ids under which the table records that all tasks with a stamp are revoked. They are revoked and
 * read like task ids.
 */
const prefix = 'girder-worker:stamp:';

/** Whether an id is a stamp revocation key, and not a task id. */
export function isStampRevocationKey(id: string): boolean {
  return id.startsWith(prefix);
}

/**
 * The revocation key of one stamp. There is one key per kind of revocation, because an item that is REVOKED does not
 * change any more. Values are compared as texts; they are hashed, so that keys are short.
 */
export function stampRevocationKey(name: string, value: unknown, revocation: Revocation): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([name, String(value)]))
    .digest('base64url');
  return `${prefix}${revocation}:${digest}`;
}

/** The keys of all revocations that concern a task with these stamps. A stamp may have several values, as a list. */
export function stampRevocationKeysOf(stamps: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(stamps).flatMap(([name, values]) =>
    [values]
      .flat()
      .flatMap((value) => [stampRevocationKey(name, value, 'revoked'), stampRevocationKey(name, value, 'terminated')]),
  );
}
