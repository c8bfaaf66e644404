import type { FinalOutcome } from '../../outcome/outcome.ts';
import { nodeSystem } from '../../system/nodeSystem.ts';
import { readResult } from '../document/readResult.ts';
import { createResultWriter, type ResultWriterOptions } from '../document/resultWriter.ts';
import {
  type Claim,
  type ClaimConflict,
  type FinalState,
  nothingFollows,
  type Ok,
  type ResultContext,
  type ResultStore,
  type Revocation,
} from '../resultStore.ts';
import { createMemoryChords } from './memoryChords.ts';
import { createMemoryHops } from './memoryHops.ts';

interface Item {
  bytes?: Uint8Array;
  owner?: string | undefined;
  digest?: string | undefined;
  leaseEndMs?: number | undefined;
  dueMs?: number | undefined;
  attempts: number;
  epoch: number;
  final?: FinalState | undefined;
  /** The result that a client has forgotten, for what follows the task. */
  kept?: Uint8Array | undefined;
  isDeadLetter?: boolean | undefined;
  revocation?: Revocation;
}

const noItem: Item = { attempts: 0, epoch: 0 };

const unclaimed = { owner: undefined, leaseEndMs: undefined };

/** Returns a result store in this process with the rules of the DynamoDB store, for tests and simulations. */
export function createMemoryStore(options: ResultWriterOptions = {}): ResultStore {
  const { system = nodeSystem } = options;
  const items = new Map<string, Item>();
  const stamps = new Map<string, Revocation>();
  const decodings = new Map<string, number>();
  const write = createResultWriter(options);

  const itemOf = (id: string): Item => {
    const item = items.get(id) ?? { ...noItem };
    items.set(id, item);
    return item;
  };
  const isClaimed = (item: Item) => item.leaseEndMs !== undefined && item.leaseEndMs >= system.now();
  const readAll = (ids: readonly string[], bytesIn: (item: Item) => Uint8Array | undefined) => {
    const stored = ids.map((id) => [id, bytesIn(items.get(id) ?? noItem)] as const);
    return new Map(stored.flatMap(([id, bytes]) => (bytes ? [[id, readResult(bytes)] as const] : [])));
  };
  const conflict = (item: Item, claim: Claim): ClaimConflict => {
    if (item.final) return { kind: 'final', state: item.final, digest: item.digest };
    if (item.epoch > claim.epoch) return { kind: 'outdated', dueMs: item.dueMs ?? null };
    return { kind: 'claimedElsewhere', untilMs: item.leaseEndMs ?? system.now() };
  };
  /** Makes a change that requires a valid claim. */
  const change = (claim: Claim, changes: (item: Item) => Partial<Item>): Ok | ClaimConflict => {
    const item = itemOf(claim.id);
    const isValid = item.owner === claim.owner || (item.owner === undefined && item.epoch <= claim.epoch);
    if (item.final || !isValid) return conflict(item, claim);
    Object.assign(item, changes(item));
    return { kind: 'ok' };
  };
  const finalChanges = (id: string, outcome: FinalOutcome, context: ResultContext) => {
    const { bytes, outcome: stored } = write.final(id, outcome, context);
    return { changes: { bytes, final: stored.state, ...unclaimed }, stored };
  };

  return {
    ...createMemoryChords(),
    ...createMemoryHops(system),

    async claim(claim) {
      const item = itemOf(claim.id);
      const isMine = isClaimed(item) && item.owner === claim.owner;
      const isHeldByOther = isClaimed(item) && !isMine;
      if (item.final || item.epoch > claim.epoch || isHeldByOther) return conflict(item, claim);
      const { owner, leaseEndMs, epoch, digest, isDeadLetter } = claim;
      const isStarted = claim.trackStarted && !claim.ignoreResult;
      const bytes = isStarted ? write.started(claim) : (item.bytes ?? write.pending(claim.id));
      Object.assign(item, { bytes, owner, leaseEndMs, epoch, digest, isDeadLetter, dueMs: undefined });
      if (!isMine) item.attempts += 1;
      return { kind: 'claimed', attempt: item.attempts, revoked: item.revocation !== undefined };
    },

    async attempts(id) {
      const item = items.get(id);
      return item && !item.final ? item.attempts : 0;
    },

    async beginDecoding(messageId) {
      const count = (decodings.get(messageId) ?? 0) + 1;
      decodings.set(messageId, count);
      return count;
    },

    async endDecoding(messageId) {
      decodings.delete(messageId);
    },

    async renew(claim, leaseEndMs) {
      const { owner, epoch } = claim;
      return change(claim, () => ({ owner, leaseEndMs, epoch }));
    },

    async complete(claim, outcome, context) {
      if (claim.ignoreResult) {
        const answer = change(claim, () => ({ final: 'IGNORED', ...unclaimed }));
        return answer.kind === 'ok' ? { ...answer, outcome } : answer;
      }
      const { changes, stored } = finalChanges(claim.id, outcome, context);
      const answer = change(claim, () => changes);
      return answer.kind === 'ok' ? { ...answer, outcome: stored } : answer;
    },

    async retry(claim, outcome, context, nextEpoch) {
      const bytes = claim.ignoreResult ? write.pending(claim.id) : write.retry(claim.id, outcome, context);
      const dueMs = outcome.arguments ? undefined : outcome.etaMs; // Its message is published.
      return change(claim, () => ({ bytes, epoch: nextEpoch, dueMs, attempts: 0, ...unclaimed }));
    },

    async release(claim, nextEpoch, { keepAttempts = false } = {}) {
      return change(claim, () => ({ epoch: nextEpoch, ...(!keepAttempts && { attempts: 0 }), ...unclaimed }));
    },

    async ignore(claim) {
      return change(claim, () => ({ final: 'IGNORED', ...unclaimed }));
    },

    async updateState(claim, state, metaJson, context) {
      const bytes = write.state(claim.id, state, metaJson, context);
      return change(claim, () => ({ bytes }));
    },

    async fail(id, failure, context) {
      const item = itemOf(id);
      if (item.final) return 'final';
      if (isClaimed(item)) return 'claimed';
      Object.assign(item, finalChanges(id, { state: 'FAILURE', failure }, context).changes);
      return 'stored';
    },

    async reopen(id) {
      const item = items.get(id);
      if (!item?.final || !item.isDeadLetter) return false;
      const opened = { final: undefined, kept: undefined, isDeadLetter: undefined, attempts: 0 };
      Object.assign(item, { bytes: write.pending(id), ...opened });
      return true;
    },

    async revoke(id, revocation) {
      const item = itemOf(id);
      if (item.final) return 'final';
      item.revocation = revocation === 'terminated' ? revocation : (item.revocation ?? revocation);
      if (isClaimed(item)) return 'flagged';
      Object.assign(item, { bytes: write.revoked(id, 'revoked'), final: 'REVOKED' });
      return 'revoked';
    },

    async findRevocations(ids) {
      const revocations = ids.map((id) => [id, items.get(id)?.revocation] as const);
      return new Map(revocations.flatMap(([id, revocation]) => (revocation ? [[id, revocation] as const] : [])));
    },

    async revokeStamp(key, revocation) {
      stamps.set(key, revocation);
    },

    async findStampRevocations(keys) {
      return new Map(keys.flatMap((key) => (stamps.has(key) ? [[key, stamps.get(key)!] as const] : [])));
    },

    async read(id) {
      const bytes = items.get(id)?.bytes;
      return bytes && readResult(bytes);
    },

    async readMany(ids) {
      return readAll(ids, ({ bytes }) => bytes);
    },

    async readForContinuations(ids) {
      return readAll(ids, ({ kept, bytes }) => kept ?? bytes);
    },

    async forget(id) {
      const item = items.get(id);
      if (!item) return;
      if (item.final) {
        if (item.digest !== nothingFollows) item.kept ??= item.bytes;
        item.final = 'FORGOTTEN';
      }
      item.bytes = write.pending(id);
    },
  };
}
