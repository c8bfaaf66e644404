import type { FinalOutcome } from '../../outcome/outcome.ts';
import { readResult } from '../document/readResult.ts';
import { createResultWriter, type ResultWriterOptions } from '../document/resultWriter.ts';
import type {
  Claim,
  ClaimConflict,
  Clock,
  FinalState,
  ResultContext,
  ResultStore,
  Revocation,
  Stored,
} from '../resultStore.ts';
import { createMemoryChords } from './memoryChords.ts';

interface Item {
  bytes?: Uint8Array;
  owner?: string | undefined;
  leaseEndMs?: number | undefined;
  dueMs?: number | undefined;
  attempts: number;
  epoch: number;
  final?: FinalState;
  revocation?: Revocation;
}

/** A result store in this process: the rules of the DynamoDB one, for tests and simulations. */
export function createMemoryStore(
  clock: Clock = Date.now,
  options: Omit<ResultWriterOptions, 'clock'> = {},
): ResultStore {
  const items = new Map<string, Item>();
  const write = createResultWriter({ clock, ...options });

  const itemOf = (id: string): Item => {
    const item = items.get(id) ?? { attempts: 0, epoch: 0 };
    items.set(id, item);
    return item;
  };
  const isHeldByOther = (item: Item, owner: string) =>
    item.leaseEndMs !== undefined && item.leaseEndMs >= clock() && item.owner !== owner;
  const refusal = (item: Item, claim: Claim): ClaimConflict => {
    if (item.final) return { kind: 'final', state: item.final };
    if (item.epoch > claim.epoch) return { kind: 'superseded', dueMs: item.dueMs ?? null };
    return { kind: 'elsewhere', untilMs: item.leaseEndMs ?? clock() };
  };
  /** Makes a change that only the owner may make. */
  const change = (claim: Claim, changes: (item: Item) => Partial<Item>): Stored | ClaimConflict => {
    const item = itemOf(claim.id);
    const owned = item.owner === claim.owner || (item.owner === undefined && item.epoch <= claim.epoch);
    if (item.final || !owned) return refusal(item, claim);
    Object.assign(item, changes(item));
    return { kind: 'stored' };
  };
  const end = (id: string, outcome: FinalOutcome, context: ResultContext) => {
    const { bytes, outcome: stored } = write.final(id, outcome, context);
    return { changes: { bytes, final: stored.state, ...unclaimed }, stored };
  };

  return {
    ...createMemoryChords(),

    async claim(claim) {
      const item = itemOf(claim.id);
      if (item.final || item.epoch > claim.epoch || isHeldByOther(item, claim.owner)) return refusal(item, claim);
      const { owner, leaseEndMs, epoch } = claim;
      Object.assign(item, { bytes: write.started(claim), owner, leaseEndMs, epoch, dueMs: undefined });
      item.attempts += 1;
      return { kind: 'claimed', attempt: item.attempts, revoked: item.revocation !== undefined };
    },

    async renew(claim, leaseEndMs) {
      const { owner, epoch } = claim;
      return change(claim, () => ({ owner, leaseEndMs, epoch }));
    },

    async complete(claim, outcome, context) {
      if (claim.ignoreResult) {
        const answer = change(claim, () => ({ final: 'IGNORED', ...unclaimed }));
        return answer.kind === 'stored' ? { ...answer, outcome } : answer;
      }
      const { changes, stored } = end(claim.id, outcome, context);
      const answer = change(claim, () => changes);
      return answer.kind === 'stored' ? { ...answer, outcome: stored } : answer;
    },

    async retry(claim, outcome, context, nextEpoch) {
      const bytes = claim.ignoreResult ? write.pending(claim.id) : write.retry(claim.id, outcome, context);
      return change(claim, () => ({ bytes, epoch: nextEpoch, dueMs: outcome.etaMs, attempts: 0, ...unclaimed }));
    },

    async release(claim, nextEpoch) {
      return change(claim, () => ({ epoch: nextEpoch, attempts: 0, ...unclaimed }));
    },

    async ignore(claim) {
      return change(claim, ({ bytes }) => {
        const hasOwnState = bytes !== undefined && readResult(bytes).state !== 'STARTED';
        return { final: 'IGNORED', ...(!hasOwnState && { bytes: write.pending(claim.id) }), ...unclaimed };
      });
    },

    async updateState(claim, state, metaJson, context) {
      const bytes = write.state(claim.id, state, metaJson, context);
      return change(claim, () => ({ bytes }));
    },

    async fail(id, failure, context) {
      const item = itemOf(id);
      if (item.final) return 'final';
      Object.assign(item, end(id, { state: 'FAILURE', failure }, context).changes);
      return 'stored';
    },

    async revoke(id, reason) {
      const item = itemOf(id);
      if (item.final) return 'final';
      item.revocation = reason === 'terminated' ? reason : (item.revocation ?? reason);
      if (isHeldByOther(item, '')) return 'marked';
      Object.assign(item, { bytes: write.revoked(id, 'revoked'), final: 'REVOKED' });
      return 'revoked';
    },

    async findRevocations(ids) {
      const marks = ids.map((id) => [id, items.get(id)?.revocation] as const);
      return new Map(marks.flatMap(([id, mark]) => (mark ? [[id, mark] as const] : [])));
    },

    async read(id) {
      const bytes = items.get(id)?.bytes;
      return bytes && readResult(bytes);
    },

    async readMany(ids) {
      const stored = ids.map((id) => [id, items.get(id)?.bytes] as const);
      return new Map(stored.flatMap(([id, bytes]) => (bytes ? [[id, readResult(bytes)] as const] : [])));
    },

    async forget(id) {
      Object.assign(itemOf(id), { bytes: write.pending(id), final: 'FORGOTTEN', ...unclaimed });
    },
  };
}

const unclaimed = { owner: undefined, leaseEndMs: undefined };
