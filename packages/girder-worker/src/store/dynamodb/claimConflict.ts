import type { Claim, ClaimConflict } from '../resultStore.ts';
import { finalStateOf, type Item } from './item.ts';

/**
 * Derives why a claim was refused from the item, which was read after the condition had failed. `nowMs` is the time of this machine, and
 * `offsetMs` how far that of the table is ahead of it.
 */
export async function conflictOf(
  claim: Claim,
  item: Item | undefined,
  nowMs: number,
  offsetMs: number,
): Promise<ClaimConflict> {
  const state = item && (await finalStateOf(item));
  if (state) return { kind: 'final', state, digest: item.digest };
  if (item && item.epoch > claim.epoch) return { kind: 'outdated', dueMs: item.resendDueMs ?? null };
  return { kind: 'claimedElsewhere', untilMs: item?.leaseEndMs === undefined ? nowMs : item.leaseEndMs - offsetMs };
}

/** Whether this owner has made the claim before, and its answer was lost: a claim that lasts counts no attempt again. */
export function isClaimedBy({ owner, epoch }: Claim, item: Item): boolean {
  return item.owner === owner && item.fin === undefined && item.epoch <= epoch;
}

/** Whether the stored document is the one that was written: it contains the time of the write. */
export function isSameDocument({ bytes }: Item, written: Uint8Array | undefined): boolean {
  return bytes !== undefined && written !== undefined && Buffer.compare(bytes, written) === 0;
}
