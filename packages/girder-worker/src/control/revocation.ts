import type { ResultStore, Revocation } from '../store/resultStore.ts';
import { stampRevocationKey } from '../store/stampKeys.ts';
import { forEachConcurrently } from '../system/concurrently.ts';
import type { ControlDeps } from './deps.ts';

/** Concurrent writes: one command may name thousands of tasks. */
const concurrency = 16;

/** The answers of `ResultStore.revoke`, by task id. */
export type Revocations = ReadonlyMap<string, 'revoked' | 'flagged' | 'final'>;

/** Revokes tasks by id. `terminate` ends running tasks, even if they do not check `this.canceled`. */
export async function revokeTasks(
  { store }: { readonly store: Pick<ResultStore, 'revoke'> },
  ids: readonly string[],
  terminate: boolean,
): Promise<Revocations> {
  const results = new Map<string, 'revoked' | 'flagged' | 'final'>();
  await forEachConcurrently([...new Set(ids)], concurrency, async (id) => {
    results.set(id, await store.revoke(id, kindOf(terminate)));
  });
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
  const revocation = kindOf(terminate);
  const keys = Object.entries(stamps).flatMap(([name, values]) =>
    [values].flat().map((value) => stampRevocationKey(name, value, revocation)),
  );
  await forEachConcurrently(keys, concurrency, (key) => deps.store.revokeStamp(key, revocation));
}

function kindOf(terminate: boolean): Revocation {
  return terminate ? 'terminated' : 'revoked';
}
