import { finalStateIn } from '../document/readResult.ts';
import { isPlainJson, toPlainJson } from '../document/storedBytes.ts';
import { UnreadableResultError } from '../errors.ts';
import type { FinalState, Revocation } from '../resultStore.ts';
import type { Attributes, AttributeValue } from './attributeValues.ts';

/**
 * One item per task. Celery's attributes: `id`, `result` (B), `timestamp` (N, seconds), `ttl` (N, seconds since 1970).
 * Ours beside them: `tsk` the task's name, `own` the claim's owner, `lx` its end in ms since 1970, `att` how often it was claimed, `ep` the
 * epoch of the message that may claim it, `ra` when a retry is due, in ms since 1970, until it is claimed, `fin` the
 * final state, `rvk` when it was revoked, `trm` when it was so with `terminate`, in ms since 1970.
 */
export interface Item {
  /** The stored document. */
  readonly bytes: Uint8Array | undefined;
  readonly fin: FinalState | undefined;
  readonly owner: string | undefined;
  readonly leaseEndMs: number | undefined;
  readonly epoch: number;
  readonly attempts: number;
  readonly dueMs: number | undefined;
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
    dueMs: numberIn(attributes.ra),
    revocation: attributes.trm ? 'terminated' : attributes.rvk ? 'revoked' : undefined,
  };
}

/**
 * The final state, stored by us (`fin`) or by Python, whose PutItem wipes `own`: a document beside an `own` is the
 * owner's, and provisional. Throws UnreadableResultError where it cannot be told.
 */
export async function finalStateOf({ fin, owner, bytes }: Item): Promise<FinalState | undefined> {
  if (fin !== undefined || owner !== undefined || bytes === undefined) return fin;
  return finalStateIn(await toPlainJson(bytes));
}

export async function revocationOf(item: Item): Promise<Revocation | undefined> {
  if (item.revocation) return item.revocation;
  try {
    return (await finalStateOf(item)) === 'REVOKED' ? 'revoked' : undefined;
  } catch (error) {
    // The one that runs the task learns of it when it stores its outcome; the others' revocations must not wait for that.
    if (error instanceof UnreadableResultError) return undefined;
    throw error;
  }
}

/** The document's bytes, where a condition sees a final state only because Python has compressed them, or not used JSON. */
export async function undecidableBytes(item: Item): Promise<Uint8Array | undefined> {
  const { bytes, owner } = item;
  if (bytes === undefined || owner !== undefined || isPlainJson(bytes)) return undefined;
  return (await finalStateOf(item)) === undefined ? bytes : undefined;
}

function numberIn(attribute: AttributeValue | undefined): number | undefined {
  return attribute?.N === undefined ? undefined : Number(attribute.N);
}
