import type { Failure } from '../outcome/failure.ts';
import type { FinalOutcome, RetryOutcome } from '../outcome/outcome.ts';
import type { ChordStore } from './chordStore.ts';
import type { StoredResult } from './storedResult.ts';

export type { ChordPart, ChordStore, CountedPart } from './chordStore.ts';
export type { ResultTuple, StoredException, StoredRequest, StoredResult } from './storedResult.ts';

/** States from which a task does not come back. FORGOTTEN and IGNORED are ours: to a client they look PENDING. */
export type FinalState = 'SUCCESS' | 'FAILURE' | 'REVOKED' | 'FORGOTTEN' | 'IGNORED';

/** The wish of one delivery to run a task. */
export interface Claim {
  readonly id: string;
  /** The task's name, for those who ask what is running. @default not told */
  readonly task?: string;
  /** Who claims; the same owner may claim again. */
  readonly owner: string;
  /** When the claim ends by itself, in ms since 1970: not before the owner is certainly gone. */
  readonly leaseEndMs: number;
  /** Grows with each message that a retry or replacement sends: a message older than the last one is not run again. */
  readonly epoch: number;
  /** What a STARTED result tells of the worker. */
  readonly worker: { readonly pid: number; readonly hostname: string };
  /** The task leaves no result: clients see PENDING throughout. */
  readonly ignoreResult: boolean;
  /** What a STARTED result tells of the message. @default nothing */
  readonly context?: ResultContext | undefined;
}

/** How a task is revoked: it is asked to stop, or ended in the middle of whatever it does. */
export type Revocation = 'revoked' | 'terminated';

/** Why a delivery may not run its task, or not store its outcome. */
export type ClaimConflict =
  | { readonly kind: 'final'; readonly state: FinalState }
  /** Another delivery holds the task until then. */
  | { readonly kind: 'elsewhere'; readonly untilMs: number }
  /**
   * The task was retried or replaced since: a later message is on its way. `dueMs` (ms since 1970) is when a retry is to
   * run, as long as nobody has claimed it: whether it was sent at all is not known. Null otherwise.
   */
  | { readonly kind: 'superseded'; readonly dueMs: number | null };

export type ClaimAnswer =
  | {
      readonly kind: 'claimed';
      /** How often the message was claimed, this time included: claims that ended without an outcome are counted. */
      readonly attempt: number;
      /** Somebody revoked the task while an earlier claim, now gone, was running it. */
      readonly revoked: boolean;
    }
  | ClaimConflict;

/** What of the message, and of the task's run, belongs into the stored result. */
export interface ResultContext {
  readonly group: string | null;
  readonly parentId: string | null;
  /** The tasks and groups that the task has sent, as the JSON text of a list of ResultTuples. @default '[]' */
  readonly childrenJson?: string | undefined;
  /** Makes the result an extended one (Celery's `result_extended`); left out where the result is too large with it. */
  readonly extended?: ExtendedContext | undefined;
}

/** What an extended result tells of the message. */
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

/** The outcome that is stored now: the one given, or a failure that says that it was too large. */
export interface Completed {
  readonly kind: 'stored';
  readonly outcome: FinalOutcome;
}

export interface Stored {
  readonly kind: 'stored';
}

/**
 * Where results and revocations are kept: one item per task id, each method one conditional write, so that of any number
 * of deliveries of a message one runs it. Every implementation passes `test/contract/resultStore.ts`.
 *
 * Methods reject with UnreadableResultError where a decision hangs on what Python stored in a form that is not read here.
 */
export interface ResultStore extends ChordStore {
  /** Asks for the right to run a task. */
  claim(claim: Claim): Promise<ClaimAnswer>;
  /**
   * Makes a claim that still holds last until another time (ms since 1970), also one that has ended meanwhile, as long as
   * nobody else has claimed the task.
   */
  renew(claim: Claim, leaseEndMs: number): Promise<Stored | ClaimConflict>;
  /** Stores the outcome, if the claim still holds. */
  complete(claim: Claim, outcome: FinalOutcome, context: ResultContext): Promise<Completed | ClaimConflict>;
  /** Stores that the task will run again, by a message of a later epoch, and gives the claim back. */
  retry(
    claim: Claim,
    outcome: RetryOutcome,
    context: ResultContext,
    nextEpoch: number,
  ): Promise<Stored | ClaimConflict>;
  /** Gives the claim back to a message of a later epoch (or of the same, to run again), and leaves the state as it is. */
  release(claim: Claim, nextEpoch: number): Promise<Stored | ClaimConflict>;
  /** Ends a task that wants no result: what it stored with `updateState` stays, else clients see PENDING. */
  ignore(claim: Claim): Promise<Stored | ClaimConflict>;
  /**
   * Stores a state of the task's own choice; `metaJson` is its result as JSON text. One that sounds final is provisional:
   * the outcome replaces it, while `ignored` keeps it. Rejects with BackendStoreError what does not fit into an item.
   */
  updateState(claim: Claim, state: string, metaJson: string, context: ResultContext): Promise<Stored | ClaimConflict>;
  /** Stores the failure of a task that never ran: a later step of a failed chain, the body of a failed chord. */
  fail(id: string, failure: Failure, context: ResultContext): Promise<'stored' | 'final'>;
  /** Makes a task not run, or marks it while it runs; a task that has ended stays as it is. */
  revoke(id: string, revocation: Revocation): Promise<'revoked' | 'marked' | 'final'>;
  /** Those of the ids that have been revoked, by whomever. */
  findRevocations(ids: readonly string[]): Promise<ReadonlyMap<string, Revocation>>;
  /** Undefined where nothing is stored. Rejects with UnreadableResultError what is not JSON. */
  read(id: string): Promise<StoredResult | undefined>;
  /** As `read`, for many; those of which nothing is stored are not in the map. */
  readMany(ids: readonly string[]): Promise<ReadonlyMap<string, StoredResult>>;
  /** Drops the result, but remembers that the task has run. */
  forget(id: string): Promise<void>;
}

/** The time in ms since 1970; tests give their own. */
export type Clock = () => number;
