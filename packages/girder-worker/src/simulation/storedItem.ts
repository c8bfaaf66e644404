import type { Attributes } from '../store/dynamodb/attributeValues.ts';

/** Whether a task, or one that it depends on, has failed because its worker died again and again. */
export function isWorkerLost(state: string, bytes: Uint8Array | undefined): boolean {
  return state === 'FAILURE' && bytes !== undefined && Buffer.from(bytes).includes('WorkerLostError');
}

/** Whether the task of a dead letter was failed. */
export function isDeadLetter(bytes: Uint8Array | undefined): boolean {
  return bytes !== undefined && Buffer.from(bytes).includes('delivered as often as the queue');
}

/** The final status in a document; undefined if it is none. */
export function finalStatusIn(bytes: Uint8Array | undefined): string | undefined {
  const status = bytes && /^\{"status": ?"(SUCCESS|FAILURE|REVOKED)"/.exec(Buffer.from(bytes).toString('latin1'))?.[1];
  return status;
}

/** The attributes that decide about a task. */
export function describeItem(item: Attributes | undefined): string {
  if (!item) return 'no item';
  const { own, att, ep, fin, rvk, ra } = item;
  const parts = { own: own?.S, att: att?.N, ep: ep?.N, fin: fin?.S, rvk: rvk?.N, ra: ra?.N };
  return JSON.stringify(parts);
}
