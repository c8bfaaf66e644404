import type { Failure } from './failure.ts';

/** The result of running a message. A closed union: the compiler requires every `switch` over `state` to handle all cases. */
export type Outcome =
  /** `resultJson`: the value that the task returned, as the JSON text that is stored. */
  | { readonly state: 'SUCCESS'; readonly resultJson: string }
  /** `isExpected`: the error is one of the task option `throws`. It is logged at INFO; it is stored like any other. */
  | { readonly state: 'FAILURE'; readonly failure: Failure; readonly isExpected?: true }
  | { readonly state: 'REVOKED'; readonly reason: RevocationReason }
  /**
   * The task must run again, not before `etaMs` (ms since 1970). `failure` is the reason; null if the task gave none.
   * `arguments`: other arguments than those of its message.
   */
  | {
      readonly state: 'RETRY';
      readonly arguments?: RetryArguments;
      readonly etaMs: number;
      readonly failure: Failure | null;
      readonly traceback: string | null;
    }
  /** Another task runs instead, under the same id. `signatureJson`: its signature as JSON text. */
  | { readonly state: 'REPLACED'; readonly signatureJson: string }
  /** No result is stored. A state that the task stored with `updateState` stays. */
  | { readonly state: 'IGNORED' }
  /** The task rejected its message: it returns to the queue, or, as in Celery 5.7, a failure of type Reject is stored. */
  | { readonly state: 'REJECTED'; readonly requeue: boolean; readonly failure: Failure }
  /**
   * The task did not run to its end, and did not cause that itself: its message returns to the queue. `why` is logged. With
   * `isAttempt`, the next delivery runs apart from others.
   */
  | { readonly state: 'RETURNED'; readonly why: string; readonly isAttempt?: true };

/** The arguments of a retry, as the JSON texts of a list and of an object. */
export interface RetryArguments {
  readonly argsJson: string;
  readonly kwargsJson: string;
}

/** The outcomes that end a task. */
export type FinalOutcome = Extract<Outcome, { state: 'SUCCESS' | 'FAILURE' | 'REVOKED' }>;

/** The outcome of a task that will run again. */
export type RetryOutcome = Extract<Outcome, { state: 'RETRY' }>;

/** Why a task was revoked, with Celery's words; stored as the argument of TaskRevokedError. */
export type RevocationReason = 'revoked' | 'terminated' | 'expired';
