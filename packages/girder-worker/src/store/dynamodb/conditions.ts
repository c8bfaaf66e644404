import { finalPrefixes } from '../document/readResult.ts';
import type { Claim } from '../resultStore.ts';
import type { AttributeValue } from './attributeValues.ts';

/*
 * The conditions below nest no parentheses in parentheses: AND binds tighter than OR, and the emulator's parser takes ten
 * times as long for each further level.
 */

/** The states of a lease over time, and who may pass:
 *
 *     no lx            lx >= now                lx < now
 *     nobody claimed   held: only its own       the owner is gone: anybody
 */
export const leaseIsFree = '(attribute_not_exists(lx) OR lx < :now)';
export const leaseIsFreeOrMine = '(attribute_not_exists(lx) OR lx < :now OR own = :own)';

/** No later message of the task, sent by a retry or replacement, has been announced. */
export const notOlder = '(attribute_not_exists(ep) OR ep <= :ep)';

/**
 * Nothing final is stored, by us (`fin`) or by Python (the text of the result, where its PutItem has wiped `own`).
 *
 * Python compresses all states or none, or writes them all in another form than JSON, and a condition cannot look inside:
 * what does not begin as JSON counts as final, unless it is what somebody has looked at (`seeing`).
 */
const textNotFinal = [
  'begins_with(#result, :json)',
  ...Object.keys(finalPrefixes).map((state) => `NOT begins_with(#result, :${state})`),
].join(' AND ');
export const notFinal = `attribute_not_exists(fin) AND (attribute_exists(own) OR attribute_not_exists(#result) OR #result = :seen OR ${textNotFinal})`;
export const notFinalValues: Record<string, AttributeValue> = {
  ...Object.fromEntries(
    Object.entries(finalPrefixes).map(([state, prefix]) => [`:${state}`, { B: Buffer.from(prefix) }]),
  ),
  ':json': { B: Buffer.from('{') },
  ':seen': { B: Buffer.from('{') }, // No document is only that: nothing was looked at.
};

/** The claim holds; also where Python's PutItem has wiped it, as long as what it wrote is not final. */
const unclaimedNotOlder =
  'attribute_not_exists(own) AND attribute_not_exists(ep) OR attribute_not_exists(own) AND ep <= :ep';
export const stillMine = `${notFinal} AND (own = :own OR ${unclaimedNotOlder})`;
export const stillMineValues = ({ owner, epoch }: Claim) => ({
  ...notFinalValues,
  ':own': { S: owner },
  ':ep': { N: String(epoch) },
});
