import { stampRevocationKey } from '../store/stampKeys.ts';
import type { ControlDeps } from './deps.ts';

/** How many revocations are written at the same time: one command may name thousands of tasks. */
const concurrency = 16;

/** What became of each id: it will never run, was told while it runs, or had ended before. */
export type Revocations = ReadonlyMap<string, 'revoked' | 'marked' | 'final'>;

/** Revokes tasks by id; `terminate` ends those that run, whether or not they look at `this.canceled`. */
export async function revokeTasks(
  { store }: Pick<ControlDeps, 'store'>,
  ids: readonly string[],
  terminate: boolean,
): Promise<Revocations> {
  const results = new Map<string, 'revoked' | 'marked' | 'final'>();
  const left = new Set(ids).values();
  const work = async () => {
    for (const id of left) results.set(id, await store.revoke(id, terminate ? 'terminated' : 'revoked'));
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return results;
}

/**
 * Revokes all tasks that carry one of these stamps, those that are sent later too: leaves a mark per stamp, for which a
 * worker looks when it begins a task with stamps, and while it runs one. The marks are kept as long as results are.
 */
export async function revokeStamps(
  parts: Pick<ControlDeps, 'store'>,
  stamps: Readonly<Record<string, unknown>>,
  terminate: boolean,
): Promise<void> {
  const marks = Object.entries(stamps).flatMap(([name, values]) =>
    [values].flat().map((value) => stampRevocationKey(name, value, terminate ? 'terminated' : 'revoked')),
  );
  await revokeTasks(parts, marks, terminate);
}
