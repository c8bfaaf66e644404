import { nodeSystem } from '../../system/nodeSystem.ts';
import type { System } from '../../system/system.ts';
import { createResultWriter, type ResultWriterOptions } from '../document/resultWriter.ts';
import { maxWaitSeconds } from '../limits.ts';
import type { Claim, ClaimAnswer, ClaimConflict, Ok, ResultStore } from '../resultStore.ts';
import { conflictOf, isClaimedBy, isSameDocument } from './claimConflict.ts';
import { createDynamodbChords } from './dynamodbChords.ts';
import { createDynamodbDecodings } from './dynamodbDecodings.ts';
import { createDynamodbHops } from './dynamodbHops.ts';
import { createDynamodbReads } from './dynamodbReads.ts';
import { createDynamodbRevocations } from './dynamodbRevocations.ts';
import { finalStateOf, type Item, isKeptWhenForgotten, readItem, undecidableBytes } from './item.ts';
import { itemKeys } from './itemKeys.ts';
import { createRecentClaims } from './recentClaims.ts';
import type { ServiceClock } from './serviceClock.ts';
import { type Changes, insertStatement, ownedStatement } from './statements.ts';
import { createTable, type DynamodbClient, type Update } from './table.ts';
import * as updates from './updates.ts';
import { createWriteBatcher } from './writeBatcher.ts';

/**
 * The least time that an item is kept after its last write: the longest retention of SQS (14 days), and 14 days more. A
 * late duplicate would run again if the item of its task had expired.
 */
const minKeptSeconds = 28 * 24 * 3600;

export interface DynamodbStoreOptions extends ResultWriterOptions {
  /** @default nodeSystem */
  readonly system?: Pick<System, 'now' | 'sleep' | 'startTimer'>;
  readonly client: DynamodbClient;
  readonly table: string;
  /** Celery's `global_keyprefix`, by which several applications can share the table. @default none */
  readonly keyPrefix?: string | undefined;
  /** Whether claims and outcomes that are due at about the same time are written in one request. @default true */
  readonly batchWrites?: boolean | undefined;
  /** How long results are kept, at least 28 days. @default 28 days */
  readonly ttlSeconds?: number | undefined;
  /** The time of DynamoDB, which the answers to `client` tell. @default the time of this machine */
  readonly clock?: ServiceClock | undefined;
}

/** A claim is written again if the answer tells that its times were wrong by more. The claims of functions have five times this margin. */
const maxClockErrorMs = 1000;

/** Returns the result store in a DynamoDB table that it can share with unmodified Celery in Python. */
export function createDynamodbStore(options: DynamodbStoreOptions): ResultStore {
  const { client, table: name, keyPrefix, ttlSeconds = 0, batchWrites = true, system = nodeSystem } = options;
  const { clock } = options;
  const keys = itemKeys(keyPrefix);
  const table = createTable(client, name, system);
  // All times of the table are DynamoDB's. Those of the methods are of this machine.
  const offsetMs = () => clock?.offsetMs ?? 0;
  const now = () => system.now() + offsetMs();
  const batcher = batchWrites ? createWriteBatcher({ execute: table.execute, system }) : undefined;
  const recent = createRecentClaims(system);
  const write = createResultWriter(options);
  const keptSeconds = Math.max(ttlSeconds, minKeptSeconds);
  const document = (bytes: Uint8Array) => ({ bytes, nowMs: now(), keptSeconds });

  const read = async (id: string): Promise<Item | undefined> => {
    const attributes = await table.get(keys.task(id));
    return attributes && readItem(attributes);
  };

  /**
   * Makes an update. If its condition fails only because it cannot look into the document, which is compressed or not JSON,
   * decodes the document and repeats the update.
   */
  const change = async (id: string, update: Update, options: ChangeOptions = {}): Promise<Change> => {
    const { returned = 'NONE', isWaiting = false } = options;
    let seen: Uint8Array | undefined;
    for (;;) {
      const attributes = await table.update(
        keys.task(id),
        seen ? updates.withSeenValue(update, seen) : update,
        returned,
      );
      if (attributes) return { made: true, item: readItem(attributes) };
      const item = await read(id);
      const undecidable = item && (await undecidableBytes(item, isWaiting));
      if (!undecidable || (seen && Buffer.compare(seen, undecidable) === 0)) return { made: false, item };
      seen = undecidable;
    }
  };

  let isTimeAsked = false;
  /** Asks for DynamoDB's time, if no answer has told it: before a write that depends on whether a claim of another has ended. */
  const knowTime = async (id: string): Promise<void> => {
    if (!clock || clock.isKnown || isTimeAsked) return;
    await read(id);
    isTimeAsked = true; // Also if the answer had no date.
  };

  const atService = (claim: Claim): Claim => ({ ...claim, leaseEndMs: claim.leaseEndMs + offsetMs() });

  /** Makes a write that holds a claim, and makes it again if its answer tells that the end of the lease was wrong. */
  const inTime = async <T>(claim: Claim, leaseEndMs: number, write: () => Promise<T>, ok: (answer: T) => boolean) => {
    const usedMs = offsetMs();
    const answer = await write();
    if (!ok(answer) || Math.abs(offsetMs() - usedMs) <= maxClockErrorMs) return answer;
    const renewed = await changeOwned(claim, updates.renewUpdate(claim, leaseEndMs + offsetMs()));
    return renewed.kind === 'ok' ? answer : renewed;
  };

  const conflict = (claim: Claim, item: Item | undefined) => conflictOf(claim, item, system.now(), offsetMs());

  /** Claims a task of which there is no item. Resolves to false if there is one, or if it is not known. */
  const claimFirst = async (claim: Claim, given: updates.Document, isStarted: boolean): Promise<boolean> => {
    const key = keys.task(claim.id);
    const insert = () => insertStatement(name, key, updates.firstClaimAttributes(claim, given));
    const written = (await batcher?.write(insert(), 0)) ?? 'open';
    return written === 'open'
      ? (await table.update(key, updates.ifAbsent(updates.claimUpdate(claim, given, isStarted)))) !== undefined
      : written === 'made';
  };

  /** Ends a task. */
  const end = async (claim: Claim, changes: Changes): Promise<Ok | ClaimConflict> => {
    const others = recent.end(claim.id);
    const key = keys.task(claim.id);
    const written = (await batcher?.write(ownedStatement(name, key, claim.owner, changes), others)) ?? 'open';
    if (written === 'made') return { kind: 'ok' };
    const update = updates.ownedUpdate(claim, changes);
    if (written === 'open' && (await table.update(key, updates.ifOwner(update)))) return { kind: 'ok' };
    const { made, item } = await change(claim.id, update);
    const isRepeated = item?.fin !== undefined && isSameDocument(item, changes.set.result?.B); // The answer was lost.
    return made || isRepeated ? { kind: 'ok' } : conflict(claim, item);
  };

  /** Makes an update that requires a valid claim. */
  const changeOwned = async (claim: Claim, update: Update): Promise<Ok | ClaimConflict> => {
    if (await table.update(keys.task(claim.id), updates.ifOwner(update))) return { kind: 'ok' };
    const { made, item } = await change(claim.id, update);
    return made ? { kind: 'ok' } : conflict(claim, item);
  };

  const claimOnce = async (claim: Claim): Promise<ClaimAnswer> => {
    const isStarted = claim.trackStarted === true && !claim.ignoreResult;
    const bytes = isStarted ? write.started(claim) : write.pending(claim.id);
    recent.begin(claim.id);
    if (claim.epoch === 0 && (await claimFirst(atService(claim), document(bytes), isStarted)))
      return { kind: 'claimed', attempt: 1, revoked: false };
    const update = updates.claimUpdate(atService(claim), document(bytes), isStarted);
    const { made, item } = await change(claim.id, update, { returned: 'ALL_NEW' });
    if (!item || !(made || isClaimedBy(claim, item))) {
      recent.end(claim.id);
      return conflict(claim, item);
    }
    return { kind: 'claimed', attempt: item.attempts, revoked: item.revocation !== undefined };
  };

  return {
    ...createDynamodbChords({ table, keys, system: { now }, keptSeconds }),
    ...createDynamodbReads({ table, keys, readItem: read }),
    ...createDynamodbDecodings({ table, keys, system: { now }, keptSeconds }),
    ...createDynamodbHops({ table, keys, system: { now } }),
    ...createDynamodbRevocations({ table, keys, system: { now }, keptSeconds }),

    async claim(claim) {
      await (claim.epoch > 0 && knowTime(claim.id)); // The answer to a first claim tells the time before the full condition asks for it.
      return inTime(
        claim,
        claim.leaseEndMs,
        () => claimOnce(claim),
        ({ kind }) => kind === 'claimed',
      );
    },

    async renew(claim, leaseEndMs) {
      const renew = () => changeOwned(claim, updates.renewUpdate(claim, leaseEndMs + offsetMs()));
      return inTime(claim, leaseEndMs, renew, ({ kind }) => kind === 'ok');
    },

    async complete(claim, given, context) {
      const { bytes, outcome } = claim.ignoreResult ? { outcome: given } : write.final(claim.id, given, context);
      const changes = bytes ? updates.endChanges(outcome.state, document(bytes)) : updates.endChanges('IGNORED');
      const answer = await end(claim, changes);
      return answer.kind === 'ok' ? { kind: 'ok', outcome } : answer;
    },

    async retry(claim, outcome, context, nextEpoch) {
      const bytes = claim.ignoreResult ? write.pending(claim.id) : write.retry(claim.id, outcome, context);
      recent.end(claim.id);
      const isPublished = outcome.arguments !== undefined;
      return changeOwned(claim, updates.retryUpdate(claim, nextEpoch, outcome.etaMs, document(bytes), isPublished));
    },

    async release(claim, nextEpoch, { keepAttempts = false } = {}) {
      recent.end(claim.id);
      return changeOwned(claim, updates.releaseUpdate(claim, nextEpoch, keepAttempts));
    },

    async ignore(claim) {
      return end(claim, updates.endChanges('IGNORED'));
    },

    async updateState(claim, state, metaJson, context) {
      const bytes = write.state(claim.id, state, metaJson, context);
      return changeOwned(claim, updates.stateUpdate(claim, document(bytes)));
    },

    async fail(id, failure, context) {
      await knowTime(id);
      const { bytes } = write.final(id, { state: 'FAILURE', failure }, context);
      const { made, item } = await change(id, updates.failUpdate(document(bytes)));
      if (made) return 'stored';
      return item && (await finalStateOf(item)) === undefined ? 'claimed' : 'final';
    },

    async reopen(id) {
      const update = updates.reopenUpdate(document(write.pending(id)));
      return (await table.update(keys.task(id), update)) !== undefined;
    },

    async revoke(id, revocation) {
      await knowTime(id);
      // One of the two conditions holds at any time, but the claim may begin or end between the two writes.
      for (;;) {
        // The message of the task may wait for its eta longer than results are kept.
        const waiting = { ...document(write.revoked(id, 'revoked')), keptSeconds: keptSeconds + maxWaitSeconds };
        const update = updates.revokeUpdate(waiting, revocation);
        const { made, item } = await change(id, update, { isWaiting: true });
        const isRepeated = item?.fin === 'REVOKED' && isSameDocument(item, waiting.bytes); // The answer was lost.
        if (made || isRepeated) return 'revoked';
        if (item && (await finalStateOf(item))) return 'final';
        if ((await change(id, updates.flagUpdate(now(), revocation))).made) return 'flagged';
      }
    },

    async forget(id) {
      const pending = document(write.pending(id));
      const { made, item } = await change(id, updates.resetUpdate(pending));
      if (!made && item) await table.update(keys.task(id), updates.forgetUpdate(pending, isKeptWhenForgotten(item)));
    },
  };
}

interface ChangeOptions {
  /** @default 'NONE' */
  readonly returned?: 'NONE' | 'ALL_NEW';
  /** The condition of the update is `isWaiting`, not `notFinal`. @default false */
  readonly isWaiting?: boolean;
}

/** The answer to an update: the item after it, or the item for which its condition does not hold. */
type Change = { readonly made: true; readonly item: Item } | { readonly made: false; readonly item: Item | undefined };
