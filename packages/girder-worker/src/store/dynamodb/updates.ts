import type { Claim, FinalState, Revocation } from '../resultStore.ts';
import type { AttributeValue } from './attributeValues.ts';
import {
  leaseIsFree,
  leaseIsFreeOrMine,
  notFinal,
  notFinalValues,
  notOlder,
  stillMine,
  stillMineValues,
} from './conditions.ts';
import type { Update } from './table.ts';

/** A document to be written. */
export interface Document {
  readonly bytes: Uint8Array;
  readonly nowMs: number;
  /** For how long the item is kept after this write. */
  readonly keptSeconds: number;
}

/** The same update for one who has read these bytes, and found that they are not final, though not plain JSON. */
export function withSeenValue(update: Update, bytes: Uint8Array): Update {
  return { ...update, values: { ...update.values, ':seen': { B: bytes } } };
}

export function claimUpdate(claim: Claim, document: Document): Update {
  return {
    UpdateExpression: `SET own = :own, lx = :lx, ep = :ep, ${claim.task === undefined ? '' : 'tsk = :tsk, '}${storeDocument} REMOVE ra ADD att :one`,
    ConditionExpression: `${notFinal} AND ${notOlder} AND ${leaseIsFreeOrMine}`,
    values: {
      ...stillMineValues(claim),
      ...documentValues(document),
      ':lx': { N: String(claim.leaseEndMs) },
      ...(claim.task !== undefined && { ':tsk': { S: claim.task } }),
      ':now': { N: String(document.nowMs) },
      ':one': { N: '1' },
    },
  };
}

/*
 * What holds nearly always is tried first, with a condition that is short to send and to read: it implies the update's own.
 */

/** The claim, where nobody has ever heard of the task. */
export function ifAbsent(update: Update): Update {
  return { ...update, ConditionExpression: 'attribute_not_exists(id)' };
}

/** An update under a claim, where the claim is as it was written. */
export function ifOwner(update: Update): Update {
  return { ...update, ConditionExpression: 'own = :own AND attribute_not_exists(fin)' };
}

/** Also makes the claim anew that Python's PutItem has wiped. */
export function renewUpdate(claim: Claim, leaseEndMs: number): Update {
  return {
    UpdateExpression: 'SET own = :own, lx = :lx, ep = :ep',
    ConditionExpression: stillMine,
    values: { ...stillMineValues(claim), ':lx': { N: String(leaseEndMs) } },
  };
}

export function completeUpdate(claim: Claim, state: FinalState, document: Document): Update {
  return {
    UpdateExpression: `SET ${storeDocument}, fin = :fin REMOVE own, lx`,
    ConditionExpression: stillMine,
    values: { ...stillMineValues(claim), ...documentValues(document), ':fin': { S: state } },
  };
}

export function retryUpdate(claim: Claim, nextEpoch: number, dueMs: number, document: Document): Update {
  return {
    UpdateExpression: `SET ${storeDocument}, ep = :next, ra = :ra REMOVE own, lx, att`,
    ConditionExpression: stillMine,
    values: {
      ...stillMineValues(claim),
      ...documentValues({
        ...document,
        keptSeconds: document.keptSeconds + Math.max(0, dueMs - document.nowMs) / 1000,
      }),
      ':next': { N: String(nextEpoch) },
      ':ra': { N: String(dueMs) },
    },
  };
}

export function releaseUpdate(claim: Claim, nextEpoch: number): Update {
  return {
    UpdateExpression: 'SET ep = :next REMOVE own, lx, att',
    ConditionExpression: stillMine,
    values: { ...stillMineValues(claim), ':next': { N: String(nextEpoch) } },
  };
}

/** Leaves the document as it is. */
export function ignoreUpdate(claim: Claim): Update {
  return {
    UpdateExpression: 'SET fin = :fin REMOVE own, lx',
    ConditionExpression: stillMine,
    values: { ...stillMineValues(claim), ':fin': { S: 'IGNORED' } },
  };
}

/** Takes back that the task was begun, where nothing else is stored. */
export function ignoreStartedUpdate(claim: Claim, document: Document): Update {
  const update = completeUpdate(claim, 'IGNORED', document);
  return {
    ...update,
    ConditionExpression: `${stillMine} AND begins_with(#result, :started)`,
    values: { ...update.values, ':started': { B: Buffer.from('{"status": "STARTED"') } },
  };
}

export function stateUpdate(claim: Claim, document: Document): Update {
  return {
    UpdateExpression: `SET ${storeDocument}`,
    ConditionExpression: stillMine,
    values: { ...stillMineValues(claim), ...documentValues(document) },
  };
}

/** Ends a task without running it. */
export function failUpdate(document: Document): Update {
  return {
    UpdateExpression: `SET ${storeDocument}, fin = :fin REMOVE own, lx`,
    ConditionExpression: notFinal,
    values: { ...notFinalValues, ...documentValues(document), ':fin': { S: 'FAILURE' } },
  };
}

/** Ends a task that nobody is running. */
export function revokeUpdate(document: Document, revocation: Revocation): Update {
  return {
    UpdateExpression: `SET ${storeDocument}, fin = :fin, ${flagsOf(revocation)}`,
    ConditionExpression: `${notFinal} AND ${leaseIsFree}`,
    values: {
      ...notFinalValues,
      ...documentValues(document),
      ':fin': { S: 'REVOKED' },
      ':now': { N: String(document.nowMs) },
    },
  };
}

/** Tells the one that is running a task that it is revoked. */
export function flagUpdate(nowMs: number, revocation: Revocation): Update {
  return {
    UpdateExpression: `SET ${flagsOf(revocation)}`,
    ConditionExpression: 'attribute_exists(lx) AND lx >= :now AND attribute_not_exists(fin)',
    values: { ':now': { N: String(nowMs) } },
  };
}

function flagsOf(revocation: Revocation): string {
  return revocation === 'terminated' ? 'rvk = :now, trm = :now' : 'rvk = :now';
}

/** Leaves a tombstone: deleting the item would let a late duplicate run again. */
export function forgetUpdate(document: Document): Update {
  return {
    UpdateExpression: `SET ${storeDocument}, fin = :fin REMOVE own, lx`,
    values: { ...documentValues(document), ':fin': { S: 'FORGOTTEN' } },
  };
}

export const storeDocument = '#result = :result, #timestamp = :timestamp, #ttl = :ttl';

export function documentValues({ bytes, nowMs, keptSeconds }: Document): Record<string, AttributeValue> {
  return {
    ':result': { B: bytes },
    ':timestamp': { N: String(nowMs / 1000) },
    ':ttl': { N: String(Math.ceil(nowMs / 1000 + keptSeconds)) },
  };
}
