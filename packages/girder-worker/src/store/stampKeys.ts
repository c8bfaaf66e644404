import { createHash } from 'node:crypto';
import type { Revocation } from './resultStore.ts';

/**
 * The revocation key of one stamp, under which the table records that all tasks with the stamp are revoked. It is no task id: its items
 * have a prefix of their own. There is one key per kind of revocation. Values are compared as texts; they are hashed, so that keys are short.
 */
export function stampRevocationKey(name: string, value: unknown, revocation: Revocation): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([name, String(value)]))
    .digest('base64url');
  return `${revocation}:${digest}`;
}

/** The keys of all revocations that concern a task with these stamps. A stamp may have several values, as a list. */
export function stampRevocationKeysOf(stamps: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(stamps).flatMap(([name, values]) =>
    [values]
      .flat()
      .flatMap((value) => [stampRevocationKey(name, value, 'revoked'), stampRevocationKey(name, value, 'terminated')]),
  );
}
