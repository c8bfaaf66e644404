import type { Outcome, RevocationReason } from '../outcome/outcome.ts';

/** States from which a task does not come back. FORGOTTEN and IGNORED are ours: to a client they look PENDING. */
export type FinalState = 'SUCCESS' | 'FAILURE' | 'REVOKED' | 'FORGOTTEN' | 'IGNORED';

/** The wish of one delivery to run a task. */
export interface Claim {
  readonly id: string;
  /** Who claims; the same owner may claim again. */
  readonly owner: string;
  /** When the claim ends by itself, in ms since 1970: not before the owner is certainly gone. */
  readonly leaseEndMs: number;
  /** The message's `retries`: a message older than the last retry is not run again. */
  readonly epoch: number;
  /** What a STARTED result tells of the worker. */
  readonly worker: { readonly pid: number; readonly hostname: string };
  /** The task leaves no result: clients see PENDING throughout. */
  readonly ignoreResult: boolean;
}

/** Why a delivery may not run its task, or not store its outcome. */
export type Refusal =
  | { readonly kind: 'final'; readonly state: FinalState }
  /** Another delivery holds the task until then. */
  | { readonly kind: 'elsewhere'; readonly untilMs: number }
  /** The task was retried since: a later message is on its way. */
  | { readonly kind: 'superseded' };

export type ClaimAnswer =
  | {
      readonly kind: 'claimed';
      /** How often the task was claimed, this time included: claims that ended without an outcome are counted. */
      readonly attempt: number;
      /** Somebody revoked the task while an earlier claim, now gone, was running it. */
      readonly revoked: boolean;
    }
  | Refusal;

/** What of the message belongs into the stored result. */
export interface ResultContext {
  readonly group: string | null;
  readonly parentId: string | null;
}

/** An exception as it was stored, by a worker of whatever language. */
export interface StoredException {
  readonly type: string;
  readonly module: string | null;
  readonly args: readonly unknown[];
}

/** A stored result as its reader needs it. */
export interface StoredResult {
  /** Celery's state; whatever `updateState` was given, too. */
  readonly state: string;
  /** The value that the task returned, or what a state that is not final tells; null where there is an exception. */
  readonly result: unknown;
  readonly exception: StoredException | null;
  readonly traceback: string | null;
}

/**
 * Where results and revocations are kept: one item per task id, each method one conditional write, so that of any number
 * of deliveries of a message one runs it (DESIGN §7). Every implementation passes `test/contract/resultStore.ts`.
 */
export interface ResultStore {
  /** Asks for the right to run a task. */
  claim(claim: Claim): Promise<ClaimAnswer>;
  /** Stores the outcome, if the claim still holds. */
  complete(claim: Claim, outcome: Outcome, context: ResultContext): Promise<{ readonly kind: 'stored' } | Refusal>;
  /** Makes a task not run, or marks it while it runs; a task that has ended stays as it is. */
  revoke(id: string, reason: RevocationReason): Promise<'revoked' | 'marked' | 'final'>;
  /** Those of the ids that have been revoked, by whomever. */
  revokedAmong(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Undefined where nothing is stored. */
  read(id: string): Promise<StoredResult | undefined>;
  /** Drops the result, but remembers that the task has run. */
  forget(id: string): Promise<void>;
}

/** The time in ms since 1970; tests give their own. */
export type Clock = () => number;
