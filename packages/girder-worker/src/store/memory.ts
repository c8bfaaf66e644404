import {
  finalStateOf,
  outcomeDocument,
  parseDocument,
  pendingDocument,
  revokedDocument,
  startedDocument,
} from './celeryResult.ts';
import type { Claim, Clock, FinalState, Refusal, ResultStore } from './resultStore.ts';

interface Item {
  document?: string;
  owner?: string | undefined;
  leaseEndMs?: number | undefined;
  attempts: number;
  epoch: number;
  final?: FinalState;
  revokedAtMs?: number;
}

/** A result store in this process: the rules of the DynamoDB one, for tests and simulations. */
export function createMemoryStore(clock: Clock = Date.now): ResultStore {
  const items = new Map<string, Item>();

  const itemOf = (id: string): Item => {
    const item = items.get(id) ?? { attempts: 0, epoch: 0 };
    items.set(id, item);
    return item;
  };
  const isHeldByOther = (item: Item, owner: string) =>
    item.leaseEndMs !== undefined && item.leaseEndMs >= clock() && item.owner !== owner;
  const refusal = (item: Item, claim: Claim): Refusal => {
    const state = finalState(item);
    if (state) return { kind: 'final', state };
    if (item.epoch > claim.epoch) return { kind: 'superseded' };
    return { kind: 'elsewhere', untilMs: item.leaseEndMs ?? clock() };
  };

  return {
    async claim(claim) {
      const item = itemOf(claim.id);
      if (finalState(item) || item.epoch > claim.epoch || isHeldByOther(item, claim.owner)) return refusal(item, claim);
      Object.assign(item, {
        document: startedDocument(claim),
        owner: claim.owner,
        leaseEndMs: claim.leaseEndMs,
        epoch: claim.epoch,
        attempts: item.attempts + 1,
      });
      return { kind: 'claimed', attempt: item.attempts, revoked: item.revokedAtMs !== undefined };
    },

    async complete(claim, outcome, context) {
      const item = itemOf(claim.id);
      const owned = item.owner === claim.owner || (item.owner === undefined && item.epoch <= claim.epoch);
      if (finalState(item) || !owned) return refusal(item, claim);
      item.document = claim.ignoreResult
        ? pendingDocument(claim.id)
        : outcomeDocument(claim.id, outcome, context, clock());
      item.final = claim.ignoreResult ? 'IGNORED' : outcome.state;
      item.owner = item.leaseEndMs = undefined;
      return { kind: 'stored' };
    },

    async revoke(id, reason) {
      const item = itemOf(id);
      if (finalState(item)) return 'final';
      item.revokedAtMs = clock();
      if (isHeldByOther(item, '')) return 'marked';
      item.document = revokedDocument(id, reason, clock());
      item.final = 'REVOKED';
      return 'revoked';
    },

    async revokedAmong(ids) {
      return new Set(ids.filter((id) => items.get(id)?.revokedAtMs !== undefined));
    },

    async read(id) {
      const document = items.get(id)?.document;
      return document === undefined ? undefined : parseDocument(document);
    },

    async forget(id) {
      const item = itemOf(id);
      item.document = pendingDocument(id);
      item.final = 'FORGOTTEN';
      item.owner = item.leaseEndMs = undefined;
    },
  };
}

function finalState(item: Item): FinalState | undefined {
  return item.final ?? (item.document === undefined ? undefined : finalStateOf(item.document));
}
