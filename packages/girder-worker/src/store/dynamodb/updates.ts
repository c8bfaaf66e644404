import type { Claim, FinalState, Revocation } from '../resultStore.ts';
import type { Attributes } from './attributeValues.ts';
import { requestText } from './claimedRequest.ts';
import {
  claimIsValid,
  claimIsValidValues,
  isWaiting,
  isWaitingValues,
  leaseIsFree,
  notFinal,
  notFinalValues,
  notOutdated,
} from './conditions.ts';
import type { Changes } from './statements.ts';
import type { Update } from './table.ts';

/** A document to write. */
export interface Document {
  readonly bytes: Uint8Array;
  readonly nowMs: number;
  /** How long the item is kept after this write. */
  readonly keptSeconds: number;
}

/** The assignments of a document; `documentValues` are their values. */
const storeTimes = '#timestamp = :timestamp, #ttl = :ttl';
const storeDocument = `#result = :result, ${storeTimes}`;

/** Makes `notFinal` hold for a document that is not plain JSON, and that the caller has decoded and found not final. */
export function withSeenValue(update: Update, bytes: Uint8Array): Update {
  return { ...update, values: { ...update.values, ':seen': { B: bytes } } };
}

/** The attributes of a task that is claimed for the first time; `document` is STARTED or PENDING. */
export function firstClaimAttributes(claim: Claim, document: Document): Attributes {
  return { ...claimAttributes(claim, document.nowMs), ...documentAttributes(document), att: { N: '1' } };
}

/** `document` is STARTED, which is stored, or PENDING, which is stored only if there is no document: RETRY stays, as in Celery. */
export function claimUpdate(claim: Claim, document: Document, isStarted: boolean): Update {
  const claimed = claimAttributes(claim, document.nowMs);
  const stored = isStarted ? ':result' : 'if_not_exists(#result, :result)';
  const removed = claim.isDeadLetter ? 'ra, rp' : 'ra, rp, dl';
  return {
    UpdateExpression: `SET ${assignments(claimed)}, #result = ${stored}, ${storeTimes} REMOVE ${removed} ADD att :one`,
    ConditionExpression: `${notFinal} AND ${notOutdated} AND ${leaseIsFree}`,
    values: {
      ...claimIsValidValues(claim),
      ...documentValues(document),
      ...placeholders(claimed),
      ':now': { N: String(document.nowMs) },
      ':one': { N: '1' },
    },
  };
}

function claimAttributes(claim: Claim, nowMs: number): Attributes {
  const { owner, leaseEndMs, epoch, task, digest, isDeadLetter } = claim;
  return {
    own: { S: owner },
    lx: { N: String(leaseEndMs) },
    ep: { N: String(epoch) },
    req: { S: requestText(claim, nowMs) },
    ...(task !== undefined && { tsk: { S: task } }),
    ...(digest !== undefined && { dg: { S: digest } }),
    ...(isDeadLetter && { dl: { N: String(nowMs) } }),
  };
}

/*
 * The common case is tried first: a short condition that implies the full one. The full condition, four times as long, is
 * sent only if the short one does not hold.
 */

/** Succeeds only if no item with this id exists. */
export function ifAbsent(update: Update): Update {
  return { ...update, ConditionExpression: 'attribute_not_exists(id)' };
}

/** Succeeds only if the claim is stored as it was made. */
export function ifOwner(update: Update): Update {
  return { ...update, ConditionExpression: 'own = :own AND attribute_not_exists(fin)' };
}

/** Also restores a claim that Python's PutItem has removed. */
export function renewUpdate(claim: Claim, leaseEndMs: number): Update {
  return {
    UpdateExpression: 'SET own = :own, lx = :lx, ep = :ep',
    ConditionExpression: claimIsValid,
    values: { ...claimIsValidValues(claim), ':lx': { N: String(leaseEndMs) } },
  };
}

/** Ends a task; without a document, the stored one is kept. */
export function endChanges(state: FinalState, document?: Document): Changes {
  return { set: { ...(document && documentAttributes(document)), fin: { S: state } }, remove: ['own', 'lx', 'req'] };
}

/** Makes changes under a valid claim. */
export function ownedUpdate(claim: Claim, { set, remove }: Changes): Update {
  return {
    UpdateExpression: `SET ${assignments(set)} REMOVE ${remove.join(', ')}`,
    ConditionExpression: claimIsValid,
    values: { ...claimIsValidValues(claim), ...placeholders(set) },
  };
}

export function retryUpdate(
  claim: Claim,
  nextEpoch: number,
  dueMs: number,
  document: Document,
  isPublished: boolean,
): Update {
  return {
    UpdateExpression: `SET ${storeDocument}, ep = :next, ra = :ra${isPublished ? ', rp = :one' : ''} REMOVE own, lx, att`,
    ConditionExpression: claimIsValid,
    values: {
      ...claimIsValidValues(claim),
      ...documentValues({
        ...document,
        keptSeconds: document.keptSeconds + Math.max(0, dueMs - document.nowMs) / 1000,
      }),
      ':next': { N: String(nextEpoch) },
      ':ra': { N: String(dueMs) },
      ':one': { N: '1' },
    },
  };
}

export function releaseUpdate(claim: Claim, nextEpoch: number, keepAttempts: boolean): Update {
  return {
    UpdateExpression: `SET ep = :next REMOVE own, lx, req${keepAttempts ? '' : ', att'}`,
    ConditionExpression: claimIsValid,
    values: { ...claimIsValidValues(claim), ':next': { N: String(nextEpoch) } },
  };
}

export function stateUpdate(claim: Claim, document: Document): Update {
  return {
    UpdateExpression: `SET ${storeDocument}`,
    ConditionExpression: claimIsValid,
    values: { ...claimIsValidValues(claim), ...documentValues(document) },
  };
}

/** Ends a task that never ran. */
export function failUpdate(document: Document): Update {
  return {
    UpdateExpression: `SET ${storeDocument}, fin = :fin REMOVE own, lx, req`,
    ConditionExpression: `${notFinal} AND ${leaseIsFree}`,
    values: {
      ...notFinalValues,
      ...documentValues(document),
      ':fin': { S: 'FAILURE' },
      ':now': { N: String(document.nowMs) },
    },
  };
}

/** Takes back the end of a task that was stored for a dead letter. A revocation stays in its own attributes. */
export function reopenUpdate(document: Document): Update {
  return {
    UpdateExpression: `SET ${storeDocument} REMOVE fin, dl, att, kr`,
    ConditionExpression: 'attribute_exists(fin) AND attribute_exists(dl)',
    values: documentValues(document),
  };
}

/** Revokes a task that is not running. `:seen` is a document that the caller has decoded, and found waiting. */
export function revokeUpdate(document: Document, revocation: Revocation): Update {
  return {
    UpdateExpression: `SET ${storeDocument}, fin = :fin, ${revocationFlags(revocation)} REMOVE req`,
    ConditionExpression: `${isWaiting} AND ${leaseIsFree}`,
    values: {
      ...isWaitingValues,
      ...documentValues(document),
      ':fin': { S: 'REVOKED' },
      ':now': { N: String(document.nowMs) },
    },
  };
}

/** Flags a running task as revoked: one that is claimed, or one that Python's worker runs. */
export function flagUpdate(nowMs: number, revocation: Revocation): Update {
  return {
    UpdateExpression: `SET ${revocationFlags(revocation)}`,
    ConditionExpression: `attribute_exists(#result) AND ${notFinal} AND (lx >= :now OR attribute_not_exists(ep))`,
    values: { ...notFinalValues, ':now': { N: String(nowMs) } },
  };
}

/** Records that a stamp is revoked. */
export function revokeStampUpdate(nowMs: number, keptSeconds: number, revocation: Revocation): Update {
  return {
    UpdateExpression: `SET ${revocationFlags(revocation)}, #ttl = :ttl`,
    values: { ':now': { N: String(nowMs) }, ':ttl': { N: String(Math.ceil(nowMs / 1000 + keptSeconds)) } },
  };
}

function revocationFlags(revocation: Revocation): string {
  return revocation === 'terminated' ? 'rvk = :now, trm = :now' : 'rvk = :now';
}

/** Replaces the document of a task that has not ended. */
export function resetUpdate(document: Document): Update {
  return {
    UpdateExpression: `SET ${storeDocument}`,
    ConditionExpression: `attribute_exists(id) AND ${notFinal}`,
    values: { ...notFinalValues, ...documentValues(document) },
  };
}

/**
 * Removes the result of a task that has ended, or moves it to where only what follows the task finds it. The item stays: without it, a late
 * duplicate would run again.
 */
export function forgetUpdate(document: Document, isKept: boolean): Update {
  const moved = isKept ? ', kr = if_not_exists(kr, #result)' : '';
  return {
    UpdateExpression: `SET ${storeDocument}, fin = :fin${moved} REMOVE own, lx, req`,
    values: { ...documentValues(document), ':fin': { S: 'FORGOTTEN' } },
  };
}

function documentValues(document: Document): Attributes {
  return placeholders(documentAttributes(document));
}

function documentAttributes({ bytes, nowMs, keptSeconds }: Document): Attributes {
  return {
    result: { B: bytes },
    timestamp: { N: String(nowMs / 1000) },
    ttl: { N: String(Math.ceil(nowMs / 1000 + keptSeconds)) },
  };
}

/** `own = :own, #result = :result`. `#` is allowed before any name. */
function assignments(attributes: Attributes): string {
  return Object.keys(attributes)
    .map((name) => `#${name} = :${name}`)
    .join(', ');
}

function placeholders(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`:${name}`, value]));
}
