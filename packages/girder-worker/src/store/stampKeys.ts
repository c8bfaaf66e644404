import { createHash } from 'node:crypto';
import type { Revocation } from './resultStore.ts';

/** Marks by which all tasks that carry a stamp are revoked: each is kept, revoked and asked for like a task of its id. */
const prefix = 'girder-worker:stamp:';

/** Whether an id is none of a task's. */
export function isStampRevocationKey(id: string): boolean {
  return id.startsWith(prefix);
}

/**
 * The id of the mark of one stamp, one for each way of revoking, as a mark does not change. Stamps are compared as texts;
 * a hash keeps the key short, whatever they hold.
 */
export function stampRevocationKey(name: string, value: unknown, revocation: Revocation): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([name, String(value)]))
    .digest('base64url');
  return `${prefix}${revocation}:${digest}`;
}

/** The ids of all marks that revoke a task with these stamps; none for a task without. A stamp may have several values. */
export function stampRevocationKeysOf(stamps: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(stamps).flatMap(([name, values]) =>
    [values]
      .flat()
      .flatMap((value) => [stampRevocationKey(name, value, 'revoked'), stampRevocationKey(name, value, 'terminated')]),
  );
}
