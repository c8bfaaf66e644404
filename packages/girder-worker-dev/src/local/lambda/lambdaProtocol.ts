/** The message of the parent to an execution environment. One invocation runs at a time. */
export interface Invocation {
  readonly requestId: string;
  readonly event: unknown;
  /** When the environment is killed, in ms since 1970. */
  readonly deadlineMs: number;
}

/** A message of an execution environment: `ready` or `initFailed` on start, then one for each invocation. */
export type EnvironmentReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'initFailed'; readonly error: LambdaError }
  /** The response as JSON text; "null" if the handler returned nothing. */
  | { readonly kind: 'responded'; readonly requestId: string; readonly response: string }
  | { readonly kind: 'threw'; readonly requestId: string; readonly error: LambdaError };

/** An error as Lambda reports it. */
export interface LambdaError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly stack: string;
}
