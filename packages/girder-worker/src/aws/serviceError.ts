/** What AWS answers where it does not do what it was asked. */
export class ServiceError extends Error {
  /** As AWS names it: `ConditionalCheckFailedException`. */
  override readonly name: string;
  readonly httpStatus: number;

  constructor(name: string, message: string, httpStatus: number) {
    super(message);
    this.name = name;
    this.httpStatus = httpStatus;
  }
}

/** Errors of DynamoDB and SQS that say: too much at once, ask again later. */
const throttling = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'TransactionInProgressException',
]);

/** What Node calls a connection that could not be made, or broke. */
const lostConnection = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN']);

/** Whether the same call may work out a moment later. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ServiceError)
    return error.httpStatus >= 500 || error.httpStatus === 429 || throttling.has(error.name);
  if (!(error instanceof Error)) return false;
  const code = String((error as NodeJS.ErrnoException).code);
  return lostConnection.has(code) || code.startsWith('HPE_'); // What came was no HTTP.
}
