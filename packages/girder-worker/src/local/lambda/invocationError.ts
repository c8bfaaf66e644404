/** An invocation of the local Lambda function that gave no response. */
export class InvocationError extends Error {
  override readonly name = 'InvocationError';
  /** `INIT_FAILED`: its module could not be imported. `FAILED`: the handler threw. `TIMED_OUT`, `EXITED`: its process is gone. */
  readonly code: 'INIT_FAILED' | 'FAILED' | 'TIMED_OUT' | 'EXITED';

  constructor(code: InvocationError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
