import { finalPrefixes, waitingPrefixes } from '../document/readResult.ts';
import type { Claim } from '../resultStore.ts';
import type { AttributeValue } from './attributeValues.ts';

/*
 * The condition expressions of updates; item.ts lists the attributes. No parentheses are nested: AND binds tighter than
 * OR, and the emulator's parser takes ten times as long for each level.
 */

/** No claim, or one that has expired: `lx` is the end of its lease. */
export const leaseIsFree = '(attribute_not_exists(lx) OR lx < :now)';

/** No retry or replacement has raised the epoch above that of the claim. */
export const notOutdated = '(attribute_not_exists(ep) OR ep <= :ep)';

/**
 * No final state is stored, neither by us (`fin`) nor by Python, whose PutItem removes `own` and writes only the result.
 *
 * A condition cannot look into a result that is compressed or not JSON. Such a result counts as final, unless it equals
 * `:seen`, which the caller has decoded (`withSeenValue`).
 */
const textNotFinal = [
  'begins_with(#result, :json)',
  ...Object.keys(finalPrefixes).map((state) => `NOT begins_with(#result, :${state})`),
].join(' AND ');
export const notFinal = `attribute_not_exists(fin) AND (attribute_exists(own) OR attribute_not_exists(#result) OR #result = :seen OR ${textNotFinal})`;
export const notFinalValues: Record<string, AttributeValue> = {
  ...prefixValues(finalPrefixes),
  ':json': { B: Buffer.from('{') },
  ':seen': { B: Buffer.from('{') }, // Equals no document, until `withSeenValue` replaces it.
};

/**
 * The task is neither running nor final, or its claim is ours to judge (`ep` exists since its first claim; a final one has
 * `fin`). A document without `ep` is Python's: in a state that is not listed, Python's worker runs the task.
 */
const isWaitingDocument = Object.keys(waitingPrefixes).map((state) => `begins_with(#result, :${state})`);
export const isWaiting = `attribute_not_exists(fin) AND (attribute_exists(ep) OR attribute_not_exists(#result) OR #result = :seen OR ${isWaitingDocument.join(' OR ')})`;
export const isWaitingValues: Record<string, AttributeValue> = {
  ...prefixValues(waitingPrefixes),
  ':seen': notFinalValues[':seen']!,
};

/** The claim is valid. That includes a claim that Python's PutItem has removed, unless a final state is stored. */
const unclaimedNotOutdated =
  'attribute_not_exists(own) AND attribute_not_exists(ep) OR attribute_not_exists(own) AND ep <= :ep';
export const claimIsValid = `${notFinal} AND (own = :own OR ${unclaimedNotOutdated})`;
export const claimIsValidValues = ({ owner, epoch }: Claim) => ({
  ...notFinalValues,
  ':own': { S: owner },
  ':ep': { N: String(epoch) },
});

function prefixValues(prefixes: Readonly<Record<string, string>>): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(prefixes).map(([state, prefix]) => [`:${state}`, { B: Buffer.from(prefix) }]),
  );
}
