import type { Failure } from '../outcome/failure.ts';
import type { FinalOutcome, RetryOutcome } from '../outcome/outcome.ts';
import type { ChordStore } from './chordStore.ts';
import type { HopStore } from './hopStore.ts';
import type { StoredResult } from './storedResult.ts';
import type { ClaimedRequest } from './taskScan.ts';

export type { ChordCount, ChordMember, ChordStore } from './chordStore.ts';
export type { Hop, HopAnswer, HopStore } from './hopStore.ts';
export type { ResultTuple, StoredException, StoredRequest, StoredResult } from './storedResult.ts';

/** States after which a task does not run again. FORGOTTEN and IGNORED are ours; clients see PENDING for them. */
export type FinalState = 'SUCCESS' | 'FAILURE' | 'REVOKED' | 'FORGOTTEN' | 'IGNORED';

/** The digest of a message after whose task nothing follows (`Claim.digest`). */
export const nothingFollows = '-';

/** The request of one delivery for the exclusive right to run a task. */
export interface Claim {
  /** The task id. */
  readonly id: string;
  /** The task's name, stored for `TaskScan`. @default not stored */
  readonly task?: string;
  /** Identifies the delivery. The same owner may claim again. */
  readonly owner: string;
  /** When the claim expires, in ms since 1970. By then the owner must be unable to run the task any more. */
  readonly leaseEndMs: number;
  /** Grows with each message that a retry or replacement sends. A message of a lower epoch than the last is not run. */
  readonly epoch: number;
  /** Stored for `TaskScan`, and with the STARTED result, as in Celery. */
  readonly worker: { readonly pid: number; readonly hostname: string };
  /** Stored for `TaskScan`. @default not stored */
  readonly request?: ClaimedRequest;
  /** Identifies the message, or `nothingFollows`; told to a delivery that finds the task ended. @default not stored */
  readonly digest?: string;
  /** Whether the message is a dead letter, whose task fails without running: `reopen` takes that end back. @default false */
  readonly isDeadLetter?: boolean;
  /** Whether the task stores no result; clients then always see PENDING. */
  readonly ignoreResult: boolean;
  /**
   * Whether the claim stores STARTED. Otherwise, as in Celery, a stored state stays until the task stores one, and clients
   * see PENDING if there is none. @default false
   */
  readonly trackStarted?: boolean;
  /** Stored with the STARTED result. @default nothing */
  readonly context?: ResultContext | undefined;
}

/** How a task is revoked: `revoked` asks a running task to stop, `terminated` ends it. */
export type Revocation = 'revoked' | 'terminated';

/** Why a delivery may not run its task, or not store its outcome. */
export type ClaimConflict =
  /** The task has ended. `digest` is that of its last claim; undefined if it ended without one, or by a Python worker. */
  | { readonly kind: 'final'; readonly state: FinalState; readonly digest: string | undefined }
  /** Another delivery has claimed the task until `untilMs` (ms since 1970). */
  | { readonly kind: 'claimedElsewhere'; readonly untilMs: number }
  /**
   * A retry or replacement has raised the epoch. `dueMs` (ms since 1970) is when that retry is due, until its message is
   * claimed; whether the message was sent is not known. Null after the claim, and for a replacement.
   */
  | { readonly kind: 'outdated'; readonly dueMs: number | null };

export type ClaimAnswer =
  | {
      readonly kind: 'claimed';
      /** How often the message was claimed, including this time. Greater than 1 if earlier claims ended without an outcome; a claim that its owner repeats counts once. */
      readonly attempt: number;
      /** Whether the task was revoked during an earlier claim that ended without an outcome. */
      readonly revoked: boolean;
    }
  | ClaimConflict;

/** Fields of the stored result that come from the message and from the run. */
export interface ResultContext {
  readonly group: string | null;
  readonly parentId: string | null;
  /** The tasks and groups that the task has sent, as the JSON text of a list of ResultTuples. @default '[]' */
  readonly childrenJson?: string | undefined;
  /** Makes the result an extended one (Celery's `result_extended`); left out if the result is too large with it. */
  readonly extended?: ExtendedContext | undefined;
}

/** The fields that an extended result adds. */
export interface ExtendedContext {
  readonly name: string;
  /** JSON text of a list. */
  readonly argsJson: string;
  /** JSON text of an object. */
  readonly kwargsJson: string;
  /** The worker's host name. */
  readonly worker: string;
  readonly retries: number;
  readonly queue: string | null;
  readonly stamps?: Readonly<Record<string, unknown>>;
}

/** The claim was valid, and the write was made. */
export interface Ok {
  readonly kind: 'ok';
}

export interface ReleaseOptions {
  /** @default false */
  readonly keepAttempts?: boolean;
}

/** The outcome was stored. */
export interface Completed extends Ok {
  /** The stored outcome: the given one, or a BackendStoreError failure if that is too large. */
  readonly outcome: FinalOutcome;
}

/**
 * Results, claims and revocations: one item per task id. Each method makes its changes by conditional writes, so that
 * exactly one of several concurrent deliveries runs a task. Every implementation passes `test/contract/resultStore.ts`.
 *
 * Methods reject with UnreadableResultError if a decision depends on a result that Python stored in an unsupported form.
 */
export interface ResultStore extends ChordStore, HopStore {
  /**
   * Claims a task. A claim ends by an outcome, or when its lease expires. A task that Python's worker has STARTED can be
   * claimed: that worker has no lease, and SQS delivers a message again only after its visibility timeout, as in Celery.
   */
  claim(claim: Claim): Promise<ClaimAnswer>;
  /**
   * How often a task was claimed without an outcome, by this delivery or by others: its worker has died, or runs it now. 0 for a
   * task that has ended, and for one that was released.
   */
  attempts(id: string): Promise<number>;
  /**
   * Counts that a delivery begins to decode a message. Resolves to the number of times that it was begun, this time included, and not
   * ended: the worker has died. `messageId` is that of SQS.
   */
  beginDecoding(messageId: string): Promise<number>;
  /** Sets the count of `beginDecoding` back to 0. */
  endDecoding(messageId: string): Promise<void>;
  /** Extends the lease of a claim to `leaseEndMs` (ms since 1970), also after it has expired, unless another has claimed the task. */
  renew(claim: Claim, leaseEndMs: number): Promise<Ok | ClaimConflict>;
  /** Stores the outcome and ends the task. */
  complete(claim: Claim, outcome: FinalOutcome, context: ResultContext): Promise<Completed | ClaimConflict>;
  /**
   * Stores that the task will run again, by a message of the epoch `nextEpoch`, and releases the claim. The message of a retry
   * with other arguments (`outcome.arguments`) must have been published before: `outdated` conflicts do not ask for it.
   */
  retry(claim: Claim, outcome: RetryOutcome, context: ResultContext, nextEpoch: number): Promise<Ok | ClaimConflict>;
  /**
   * Releases the claim for a message of the epoch `nextEpoch`, which may be the same one. The state is not changed. With
   * `keepAttempts`, the claim still counts as an attempt.
   */
  release(claim: Claim, nextEpoch: number, options?: ReleaseOptions): Promise<Ok | ClaimConflict>;
  /** Ends a task without a result. As in Celery, the stored state stays: that of `updateState`, or STARTED, or PENDING. */
  ignore(claim: Claim): Promise<Ok | ClaimConflict>;
  /**
   * Stores a state that the task chose; `metaJson` is its result as JSON text. Such a state is provisional even if it has
   * the name of a final one: `complete` replaces it, while `ignore` keeps it. Rejects with BackendStoreError if it is too
   * large for an item.
   */
  updateState(claim: Claim, state: string, metaJson: string, context: ResultContext): Promise<Ok | ClaimConflict>;
  /**
   * Stores the failure of a task that never ran, such as a later step of a failed chain or the body of a failed chord. Resolves to
   * `claimed`, and stores nothing, if a delivery runs a task of this id.
   */
  fail(id: string, failure: Failure, context: ResultContext): Promise<'stored' | 'final' | 'claimed'>;
  /**
   * Takes back the end of a task whose message was a dead letter (`Claim.isDeadLetter`) and is sent back to its queue: the task is
   * PENDING again, and its attempts count anew. Any other end stays. Resolves to whether there was such an end.
   */
  reopen(id: string): Promise<boolean>;
  /**
   * Revokes a task. Resolves to `revoked` if it was not running and will never run, to `flagged` if it is running and its
   * worker will find the revocation flag, and to `final` if it has already ended, which is not changed.
   *
   * As in Celery, a task that Python's worker runs (STARTED or a custom state, without a claim) is only flagged: its state
   * belongs to that worker. If that worker dies, the claim of the next delivery tells the revocation.
   */
  revoke(id: string, revocation: Revocation): Promise<'revoked' | 'flagged' | 'final'>;
  /** Reads which of the tasks are revoked, by us or by Python. Tasks that are not revoked are not in the map. */
  findRevocations(ids: readonly string[]): Promise<ReadonlyMap<string, Revocation>>;
  /** Records that all tasks with a stamp are revoked. `key` is its `stampRevocationKey`. The record is kept 366 days longer than a result: tasks may wait for their eta. */
  revokeStamp(key: string, revocation: Revocation): Promise<void>;
  /** Reads which of the stamps are revoked, by their `stampRevocationKey`s. Stamps that are not revoked are not in the map. */
  findStampRevocations(keys: readonly string[]): Promise<ReadonlyMap<string, Revocation>>;
  /** Resolves to undefined if nothing is stored. Rejects with UnreadableResultError if the form is not supported. */
  read(id: string): Promise<StoredResult | undefined>;
  /** Reads many results at once; ids without a stored result are not in the map. Rejects as `read` does. */
  readMany(ids: readonly string[]): Promise<ReadonlyMap<string, StoredResult>>;
  /** As `readMany`, for what follows the tasks: it includes the results that `forget` has kept. */
  readForContinuations(ids: readonly string[]): Promise<ReadonlyMap<string, StoredResult>>;
  /**
   * Deletes the result. The fact that a task has ended is kept: a late duplicate does not run again. As in Celery, a task that has not
   * ended is not affected, and stores its result when it ends.
   *
   * If something follows the task, its result is kept for `readForContinuations`, as long as its item: the process that ran the task may have died
   * before it sent what follows, and a member of a chord may end before the others.
   */
  forget(id: string): Promise<void>;
}
