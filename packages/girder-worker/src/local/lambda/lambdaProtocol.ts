/** What the parent asks of an execution environment: one at a time. */
export interface Invocation {
  readonly requestId: string;
  readonly event: unknown;
  /** In ms since 1970: when the environment will be killed. */
  readonly deadlineMs: number;
}

/** What an execution environment answers: first whether it is there at all, then once per invocation. */
export type EnvironmentReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'initFailed'; readonly error: LambdaError }
  /** The response as JSON text; "null" where the handler gave nothing. */
  | { readonly kind: 'responded'; readonly requestId: string; readonly response: string }
  | { readonly kind: 'threw'; readonly requestId: string; readonly error: LambdaError };

/** An error as Lambda reports it. */
export interface LambdaError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly stack: string;
}
