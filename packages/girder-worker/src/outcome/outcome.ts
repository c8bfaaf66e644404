import type { Failure } from './failure.ts';

/** What running a message came to. Closed: the compiler asks for every case wherever an outcome is taken apart. */
export type Outcome =
  /** `resultJson` is the value that the task returned, as the JSON text that will be stored. */
  | { readonly state: 'SUCCESS'; readonly resultJson: string }
  | { readonly state: 'FAILURE'; readonly failure: Failure }
  | { readonly state: 'REVOKED'; readonly reason: RevocationReason };

/** Celery's words for why a task was revoked. */
export type RevocationReason = 'revoked' | 'terminated' | 'expired';
