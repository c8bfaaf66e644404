import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { finalPrefixes } from './celeryResult.ts';
import type { Claim, FinalState } from './resultStore.ts';

/** One conditional write: what it sets, and under which condition. */
export interface Update {
  readonly UpdateExpression: string;
  readonly ConditionExpression?: string;
  readonly values: Record<string, AttributeValue>;
}

/**
 * Seconds for which an item is kept after its last write: as long as SQS may keep a message (14 days), and 14 days more,
 * as a finished item is also the memory against a late duplicate.
 */
const keptSeconds = 28 * 24 * 3600;

/** The states of a lease over time, and who may pass:
 *
 *     no lx            lx >= now                lx < now
 *     nobody claimed   held: only its own       the owner is gone: anybody
 */
const leaseIsFree = '(attribute_not_exists(lx) OR lx < :now)';
const leaseIsFreeOrMine = '(attribute_not_exists(lx) OR lx < :now OR own = :own)';

/** No later message of the task, sent by a retry, has been let in. */
const notOlderThanRetry = '(attribute_not_exists(ep) OR ep <= :ep)';

/** Nothing final is stored, by us (`fin`) or by Python (the text of the result). */
const notFinal = `attribute_not_exists(fin) AND (attribute_not_exists(#result) OR NOT (${Object.keys(finalPrefixes)
  .map((state) => `begins_with(#result, :${state})`)
  .join(' OR ')}))`;
const finalPrefixValues = Object.fromEntries(
  Object.entries(finalPrefixes).map(([state, prefix]) => [`:${state}`, { B: new TextEncoder().encode(prefix) }]),
);

export function claimUpdate(claim: Claim, document: string, nowMs: number): Update {
  return {
    UpdateExpression: `SET own = :own, lx = :lx, ep = :ep, ${storeDocument} ADD att :one`,
    ConditionExpression: `${notFinal} AND ${notOlderThanRetry} AND ${leaseIsFreeOrMine}`,
    values: {
      ...documentValues(document, nowMs),
      ...finalPrefixValues,
      ':own': { S: claim.owner },
      ':lx': { N: String(claim.leaseEndMs) },
      ':ep': { N: String(claim.epoch) },
      ':now': { N: String(nowMs) },
      ':one': { N: '1' },
    },
  };
}

/** Holds also where Python's PutItem has wiped our attributes, as long as what it wrote is not final. */
export function completeUpdate(claim: Claim, state: FinalState, document: string, nowMs: number): Update {
  return {
    UpdateExpression: `SET ${storeDocument}, fin = :fin REMOVE own, lx`,
    ConditionExpression: `${notFinal} AND (own = :own OR (attribute_not_exists(own) AND ${notOlderThanRetry}))`,
    values: {
      ...documentValues(document, nowMs),
      ...finalPrefixValues,
      ':own': { S: claim.owner },
      ':ep': { N: String(claim.epoch) },
      ':fin': { S: state },
    },
  };
}

/** Ends a task that nobody is running. */
export function revokeUpdate(document: string, nowMs: number): Update {
  return {
    UpdateExpression: `SET ${storeDocument}, fin = :fin, rvk = :now`,
    ConditionExpression: `${notFinal} AND ${leaseIsFree}`,
    values: {
      ...documentValues(document, nowMs),
      ...finalPrefixValues,
      ':fin': { S: 'REVOKED' },
      ':now': { N: String(nowMs) },
    },
  };
}

/** Tells the one that is running a task that it is revoked. */
export function markUpdate(nowMs: number): Update {
  return {
    UpdateExpression: 'SET rvk = :now',
    ConditionExpression: 'attribute_exists(lx) AND lx >= :now AND attribute_not_exists(fin)',
    values: { ':now': { N: String(nowMs) } },
  };
}

/** Leaves a tombstone: deleting the item would let a late duplicate run again. */
export function forgetUpdate(document: string, nowMs: number): Update {
  return {
    UpdateExpression: `SET ${storeDocument}, fin = :fin REMOVE own, lx`,
    values: { ...documentValues(document, nowMs), ':fin': { S: 'FORGOTTEN' } },
  };
}

const storeDocument = '#result = :result, #timestamp = :timestamp, #ttl = :ttl';

function documentValues(document: string, nowMs: number): Record<string, AttributeValue> {
  return {
    ':result': { B: new TextEncoder().encode(document) },
    ':timestamp': { N: String(nowMs / 1000) },
    ':ttl': { N: String(Math.ceil(nowMs / 1000) + keptSeconds) },
  };
}
