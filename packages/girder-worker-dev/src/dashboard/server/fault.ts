/** A request that cannot be answered; its message is a sentence for people. */
export class DashboardError extends Error {
  override readonly name = 'DashboardError';
  /** The status of HTTP. */
  readonly status: 400 | 401 | 403 | 404 | 502;
  readonly code: 'INVALID' | 'NO_TOKEN' | 'FORBIDDEN' | 'NOT_FOUND' | 'AWS_FAILED';

  constructor(status: DashboardError['status'], code: DashboardError['code'], message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
