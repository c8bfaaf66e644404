import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { finalStateOf } from './celeryResult.ts';
import type { FinalState } from './resultStore.ts';

/**
 * One item per task. Celery's attributes: `id`, `result` (B), `timestamp` (N, seconds), `ttl` (N, seconds since 1970).
 * Ours beside them: `own` the claim's owner, `lx` its end in ms since 1970, `att` how often it was claimed, `ep` the
 * retries of the message that claimed it, `fin` the final state, `rvk` when it was revoked, in ms since 1970.
 */
export interface Item {
  readonly document: string | undefined;
  readonly final: FinalState | undefined;
  readonly leaseEndMs: number | undefined;
  readonly epoch: number;
  readonly attempts: number;
  readonly revoked: boolean;
}

/** The key under which Celery stores a task: the text of a Python bytes literal (wire specification §3). */
export function itemKey(id: string): { id: { S: string } } {
  return { id: { S: `b'celery-task-meta-${id}'` } };
}

export function readItem(attributes: Readonly<Record<string, AttributeValue>>): Item {
  const document = attributes.result?.B && new TextDecoder().decode(attributes.result.B);
  const final =
    (attributes.fin?.S as FinalState | undefined) ?? (document === undefined ? undefined : finalStateOf(document));
  return {
    document,
    final,
    leaseEndMs: numberIn(attributes.lx),
    epoch: numberIn(attributes.ep) ?? 0,
    attempts: numberIn(attributes.att) ?? 0,
    revoked: attributes.rvk !== undefined || final === 'REVOKED',
  };
}

function numberIn(attribute: AttributeValue | undefined): number | undefined {
  return attribute?.N === undefined ? undefined : Number(attribute.N);
}
