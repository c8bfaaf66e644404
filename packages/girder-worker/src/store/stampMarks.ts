import { createHash } from 'node:crypto';

/** A mark by which all tasks that carry a stamp are revoked: it is kept, revoked and asked for like a task of this id. */
export interface StampMark {
  readonly id: string;
  /** Whether those that run are to be terminated. */
  readonly terminate: boolean;
}

const prefix = 'girder-worker:stamp:';

/** Whether an id is none of a task's. */
export function isStampMark(id: string): boolean {
  return id.startsWith(prefix);
}

/**
 * The mark of one stamp. Stamps are compared as texts; a hash keeps the key short, whatever they hold, and the two
 * kinds of mark apart.
 */
export function stampMark(name: string, value: unknown, terminate: boolean): StampMark {
  const digest = createHash('sha256')
    .update(JSON.stringify([name, String(value)]))
    .digest('base64url');
  return { id: `${prefix}${terminate ? 'terminate' : 'revoke'}:${digest}`, terminate };
}

/** All marks that revoke a task with these stamps; none for a task without. A stamp may have several values. */
export function stampMarksOf(stamps: Readonly<Record<string, unknown>>): StampMark[] {
  return Object.entries(stamps).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => [stampMark(name, value, false), stampMark(name, value, true)]),
  );
}
