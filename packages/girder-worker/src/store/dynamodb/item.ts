import { finalStateIn, isWaitingIn } from '../document/readResult.ts';
import { isPlainJson, toPlainJson } from '../document/storedBytes.ts';
import { UnreadableResultError } from '../errors.ts';
import { type FinalState, nothingFollows, type Revocation } from '../resultStore.ts';
import type { Attributes, AttributeValue } from './attributeValues.ts';

/**
 * The item of a task. Celery's attributes:
 *
 * | attribute   | type | meaning                                                                    |
 * |-------------|------|----------------------------------------------------------------------------|
 * | `id`        | S    | the key (`itemKeys`)                                                       |
 * | `result`    | B    | the stored document                                                        |
 * | `timestamp` | N    | when it was written, in seconds since 1970                                 |
 * | `ttl`       | N    | when DynamoDB deletes the item, in seconds since 1970                      |
 *
 * Our attributes, which Celery ignores; its PutItem removes them:
 *
 * | attribute   | type | meaning                                                                    |
 * |-------------|------|----------------------------------------------------------------------------|
 * | `tsk`       | S    | the task's name                                                            |
 * | `req`       | S    | JSON: worker, start and request of the last claim (`claimedRequest.ts`)    |
 * | `own`       | S    | the owner of the claim                                                     |
 * | `lx`        | N    | when the claim's lease expires, in ms since 1970                           |
 * | `att`       | N    | how often the message was claimed                                          |
 * | `dg`        | S    | the digest of the message that was claimed last                            |
 * | `ep`        | N    | the lowest epoch of a message that may claim the task                      |
 * | `ra`        | N    | when a retry is due, in ms since 1970; removed when its message is claimed |
 * | `rp`        | N    | 1 if the message of the retry was published before the retry was stored    |
 * | `fin`       | S    | the final state                                                            |
 * | `kr`        | B    | the result that a client has forgotten, for what follows the task          |
 * | `dl`        | N    | when the last claim was made for a dead letter, in ms since 1970           |
 * | `rvk`       | N    | when the task was revoked, in ms since 1970                                |
 * | `trm`       | N    | when it was revoked with `terminate`, in ms since 1970                     |
 */
export interface Item {
  /** The stored document. */
  readonly bytes: Uint8Array | undefined;
  readonly fin: FinalState | undefined;
  readonly owner: string | undefined;
  readonly leaseEndMs: number | undefined;
  readonly epoch: number;
  readonly attempts: number;
  readonly digest: string | undefined;
  /** When a retry is due whose message may not have been published. */
  readonly resendDueMs: number | undefined;
  readonly revocation: Revocation | undefined;
}

export function readItem(attributes: Attributes): Item {
  return {
    bytes: attributes.result?.B,
    fin: attributes.fin?.S as FinalState | undefined,
    owner: attributes.own?.S,
    leaseEndMs: numberIn(attributes.lx),
    epoch: numberIn(attributes.ep) ?? 0,
    attempts: numberIn(attributes.att) ?? 0,
    digest: attributes.dg?.S,
    resendDueMs: attributes.rp ? undefined : numberIn(attributes.ra),
    revocation: attributes.trm ? 'terminated' : attributes.rvk ? 'revoked' : undefined,
  };
}

/**
 * The final state of a task, stored by us (`fin`) or by Python. A document beside an `own` was written by the owner of the
 * claim and is provisional. Rejects with UnreadableResultError if the form of Python's document is not supported.
 */
export async function finalStateOf({ fin, owner, bytes }: Item): Promise<FinalState | undefined> {
  if (fin !== undefined || owner !== undefined || bytes === undefined) return fin;
  return finalStateIn(await toPlainJson(bytes));
}

/**
 * Whether the result of a task that has ended is kept when a client forgets it: something may follow the task. Python's worker, which stores no
 * `fin`, publishes that for itself.
 */
export function isKeptWhenForgotten({ fin, digest }: Item): boolean {
  return fin !== undefined && digest !== nothingFollows;
}

/** The revocation of a task, by us or by Python. An unreadable document counts as not revoked. */
export async function revocationOf(item: Item): Promise<Revocation | undefined> {
  if (item.revocation) return item.revocation;
  try {
    return (await finalStateOf(item)) === 'REVOKED' ? 'revoked' : undefined;
  } catch (error) {
    // It must not hide the revocations of other tasks. The task's own worker gets this error when it stores the outcome.
    if (error instanceof UnreadableResultError) return undefined;
    throw error;
  }
}

/**
 * The document's bytes, if a condition takes them for final although they are not, or with `isWaiting` for those of a running
 * task although none runs: they are compressed, or not JSON.
 */
export async function undecidableBytes(item: Item, isWaiting = false): Promise<Uint8Array | undefined> {
  const { bytes, owner } = item;
  if (bytes === undefined || owner !== undefined || isPlainJson(bytes)) return undefined;
  if (isWaiting) return isWaitingIn(await toPlainJson(bytes)) ? bytes : undefined;
  return (await finalStateOf(item)) === undefined ? bytes : undefined;
}

function numberIn(attribute: AttributeValue | undefined): number | undefined {
  return attribute?.N === undefined ? undefined : Number(attribute.N);
}
