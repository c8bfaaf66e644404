/** The error answer of an AWS service. */
export class ServiceError extends Error {
  /** AWS's name of the error, such as `ConditionalCheckFailedException`. */
  override readonly name: string;
  readonly httpStatus: number;

  constructor(name: string, message: string, httpStatus: number) {
    super(message);
    this.name = name;
    this.httpStatus = httpStatus;
  }
}

/** Errors by which DynamoDB and SQS throttle a client. */
const throttling = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'TransactionInProgressException',
]);

/** Node's codes for connections that could not be made, or broke. */
const lostConnection = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN']);

/** Whether the same call may succeed a moment later: the service failed or throttles, or the connection was lost. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ServiceError)
    return error.httpStatus >= 500 || error.httpStatus === 429 || throttling.has(error.name);
  if (!(error instanceof Error)) return false;
  const code = String((error as NodeJS.ErrnoException).code);
  return lostConnection.has(code) || code.startsWith('HPE_'); // Node's parser: the answer was not HTTP.
}
