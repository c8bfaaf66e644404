import type { ServiceCall } from '../../aws/serviceCall.ts';
import { readResult } from '../document/readResult.ts';
import { createResultWriter, type ResultWriterOptions } from '../document/resultWriter.ts';
import { toPlainJson } from '../document/storedBytes.ts';
import type { Claim, ClaimConflict, ResultStore, Stored } from '../resultStore.ts';
import { createDynamodbChords } from './dynamodbChords.ts';
import { finalStateOf, type Item, readItem, revocationOf, undecidableBytes } from './item.ts';
import { itemKeys } from './itemKeys.ts';
import { createTable, type Update } from './table.ts';
import * as updates from './updates.ts';

/**
 * Seconds for which an item is kept after its last write, at least: as long as SQS may keep a message (14 days), and 14
 * days more, as a finished item is also the memory against a late duplicate.
 */
const leastKeptSeconds = 28 * 24 * 3600;

export interface DynamodbStoreOptions extends ResultWriterOptions {
  readonly dynamodb: ServiceCall;
  readonly table: string;
  /** Celery's `global_keyprefix`: lets several applications share the table. @default none */
  readonly keyPrefix?: string | undefined;
  /** For how long a result is kept; less than 28 days is taken for 28 days. @default 28 days */
  readonly ttlSeconds?: number | undefined;
}

/** The result store in a DynamoDB table whose items unmodified Python Celery reads and writes. */
export function createDynamodbStore(options: DynamodbStoreOptions): ResultStore {
  const { dynamodb, table: name, keyPrefix, ttlSeconds = 0, clock = Date.now } = options;
  const keys = itemKeys(keyPrefix);
  const table = createTable(dynamodb, name);
  const write = createResultWriter(options);
  const keptSeconds = Math.max(ttlSeconds, leastKeptSeconds);
  const document = (bytes: Uint8Array) => ({ bytes, nowMs: clock(), keptSeconds });

  const read = async (id: string): Promise<Item | undefined> => {
    const attributes = await table.get(keys.task(id));
    return attributes && readItem(attributes);
  };

  /** Makes an update if its condition holds; once more where only compression made it seem not to. */
  const change = async (id: string, update: Update, returned: 'NONE' | 'ALL_NEW' = 'NONE'): Promise<Change> => {
    let seen: Uint8Array | undefined;
    for (;;) {
      const attributes = await table.update(
        keys.task(id),
        seen ? updates.withSeenValue(update, seen) : update,
        returned,
      );
      if (attributes) return { made: true, item: readItem(attributes) };
      const item = await read(id);
      const hiding = item && (await undecidableBytes(item));
      if (!hiding || (seen && Buffer.compare(seen, hiding) === 0)) return { made: false, item };
      seen = hiding;
    }
  };

  const storedOrRefused = async (claim: Claim, update: Update): Promise<Stored | ClaimConflict> => {
    if (await table.update(keys.task(claim.id), updates.ifOwner(update))) return { kind: 'stored' };
    const { made, item } = await change(claim.id, update);
    return made ? { kind: 'stored' } : refusal(claim, item, clock());
  };

  return {
    ...createDynamodbChords({ table, keys, clock, keptSeconds }),

    async claim(claim) {
      const update = updates.claimUpdate(claim, document(write.started(claim)));
      if (claim.epoch === 0 && (await table.update(keys.task(claim.id), updates.ifAbsent(update))))
        return { kind: 'claimed', attempt: 1, revoked: false };
      const { made, item } = await change(claim.id, update, 'ALL_NEW');
      if (!made) return refusal(claim, item, clock());
      return { kind: 'claimed', attempt: item.attempts, revoked: item.revocation !== undefined };
    },

    async renew(claim, leaseEndMs) {
      return storedOrRefused(claim, updates.renewUpdate(claim, leaseEndMs));
    },

    async complete(claim, given, context) {
      const { bytes, outcome } = claim.ignoreResult ? { outcome: given } : write.final(claim.id, given, context);
      const update = bytes
        ? updates.completeUpdate(claim, outcome.state, document(bytes))
        : updates.ignoreUpdate(claim);
      const answer = await storedOrRefused(claim, update);
      return answer.kind === 'stored' ? { kind: 'stored', outcome } : answer;
    },

    async retry(claim, outcome, context, nextEpoch) {
      const bytes = claim.ignoreResult ? write.pending(claim.id) : write.retry(claim.id, outcome, context);
      return storedOrRefused(claim, updates.retryUpdate(claim, nextEpoch, outcome.etaMs, document(bytes)));
    },

    async release(claim, nextEpoch) {
      return storedOrRefused(claim, updates.releaseUpdate(claim, nextEpoch));
    },

    async ignore(claim) {
      if (!claim.ignoreResult) {
        const pending = document(write.pending(claim.id));
        const { made } = await change(claim.id, updates.ignoreStartedUpdate(claim, pending));
        if (made) return { kind: 'stored' };
      }
      return storedOrRefused(claim, updates.ignoreUpdate(claim));
    },

    async updateState(claim, state, metaJson, context) {
      const bytes = write.state(claim.id, state, metaJson, context);
      return storedOrRefused(claim, updates.stateUpdate(claim, document(bytes)));
    },

    async fail(id, failure, context) {
      const { bytes } = write.final(id, { state: 'FAILURE', failure }, context);
      return (await change(id, updates.failUpdate(document(bytes)))).made ? 'stored' : 'final';
    },

    async revoke(id, reason) {
      // The two conditions exclude each other, but the item may pass from one to the other between the two writes.
      for (;;) {
        const { made, item } = await change(id, updates.revokeUpdate(document(write.revoked(id, 'revoked')), reason));
        if (made) return 'revoked';
        if (item && (await finalStateOf(item))) return 'final';
        if ((await change(id, updates.flagUpdate(clock(), reason))).made) return 'marked';
      }
    },

    async findRevocations(ids) {
      const items = await table.getAll(ids.map(keys.task), { consistent: false });
      const revocations = ids.map(async (id) => {
        const attributes = items.get(keys.task(id));
        const revocation = attributes && (await revocationOf(readItem(attributes)));
        return revocation ? [[id, revocation] as const] : [];
      });
      return new Map((await Promise.all(revocations)).flat());
    },

    async read(id) {
      const bytes = (await read(id))?.bytes;
      return bytes && readResult(await toPlainJson(bytes));
    },

    async readMany(ids) {
      const items = await table.getAll(ids.map(keys.task));
      const results = ids.map(async (id) => {
        const bytes = items.get(keys.task(id))?.result?.B;
        return bytes === undefined ? [] : [[id, readResult(await toPlainJson(bytes))] as const];
      });
      return new Map((await Promise.all(results)).flat());
    },

    async forget(id) {
      await table.update(keys.task(id), updates.forgetUpdate(document(write.pending(id))));
    },
  };
}

/** What an update came to: the item after it, or the one whose state forbade it. */
type Change = { readonly made: true; readonly item: Item } | { readonly made: false; readonly item: Item | undefined };

/** Why a claim does not hold, as the item tells that was there a moment after it was refused. */
async function refusal(claim: Claim, item: Item | undefined, nowMs: number): Promise<ClaimConflict> {
  const state = item && (await finalStateOf(item));
  if (state) return { kind: 'final', state };
  if (item && item.epoch > claim.epoch) return { kind: 'superseded', dueMs: item.dueMs ?? null };
  return { kind: 'elsewhere', untilMs: item?.leaseEndMs ?? nowMs };
}
