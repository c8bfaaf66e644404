import type { Failure } from './failure.ts';

/** What running a message came to. Closed: the compiler asks for every case wherever an outcome is taken apart. */
export type Outcome =
  /** `resultJson` is the value that the task returned, as the JSON text that will be stored. */
  | { readonly state: 'SUCCESS'; readonly resultJson: string }
  | { readonly state: 'FAILURE'; readonly failure: Failure }
  | { readonly state: 'REVOKED'; readonly reason: RevocationReason }
  /** To be run again, not before `etaMs` (ms since 1970); `failure` is why, and null where the task gave no reason. */
  | {
      readonly state: 'RETRY';
      readonly etaMs: number;
      readonly failure: Failure | null;
      readonly traceback: string | null;
    }
  /** Another task runs in its place, under its id; `signatureJson` is that task's signature, as JSON text. */
  | { readonly state: 'REPLACED'; readonly signatureJson: string }
  /** The task wants no result to be stored; what it stored itself, with `updateState`, stays. */
  | { readonly state: 'IGNORED' }
  /** The task does not want its message: back to the queue, or, as to Celery 5.7, a failure named Reject. */
  | { readonly state: 'REJECTED'; readonly requeue: boolean; readonly failure: Failure }
  /** Not run, or not to its end, for no fault of its own: its message comes back. */
  | { readonly state: 'RETURNED'; readonly why: string };

/** Outcomes after which the task has ended. */
export type FinalOutcome = Extract<Outcome, { state: 'SUCCESS' | 'FAILURE' | 'REVOKED' }>;

/** Of a task that will run again. */
export type RetryOutcome = Extract<Outcome, { state: 'RETRY' }>;

/** Celery's words for why a task was revoked. */
export type RevocationReason = 'revoked' | 'terminated' | 'expired';
