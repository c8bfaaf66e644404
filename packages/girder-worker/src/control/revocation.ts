import type { Revocation } from '../store/resultStore.ts';
import { stampRevocationKey } from '../store/stampKeys.ts';
import type { ControlDeps } from './deps.ts';

/** Concurrent writes: one command may name thousands of tasks. */
const concurrency = 16;

/** The answers of `ResultStore.revoke`, by task id. */
export type Revocations = ReadonlyMap<string, 'revoked' | 'flagged' | 'final'>;

/** Revokes tasks by id. `terminate` ends running tasks, even if they do not check `this.canceled`. */
export async function revokeTasks(
  { store }: Pick<ControlDeps, 'store'>,
  ids: readonly string[],
  terminate: boolean,
): Promise<Revocations> {
  const results = new Map<string, 'revoked' | 'flagged' | 'final'>();
  const remaining = new Set(ids).values();
  const revokeRemaining = async () => {
    for (const id of remaining) results.set(id, await store.revoke(id, kindOf(terminate)));
  };
  await Promise.all(Array.from({ length: concurrency }, revokeRemaining));
  return results;
}

/**
 * Revokes all tasks that carry one of these stamps, including those that are sent later: stores one revocation key per
 * stamp. Workers read the keys of a task with stamps before they run it, and while it runs. Keys expire like results.
 */
export async function revokeStamps(
  deps: Pick<ControlDeps, 'store'>,
  stamps: Readonly<Record<string, unknown>>,
  terminate: boolean,
): Promise<void> {
  const keys = Object.entries(stamps).flatMap(([name, values]) =>
    [values].flat().map((value) => stampRevocationKey(name, value, kindOf(terminate))),
  );
  await revokeTasks(deps, keys, terminate);
}

function kindOf(terminate: boolean): Revocation {
  return terminate ? 'terminated' : 'revoked';
}
