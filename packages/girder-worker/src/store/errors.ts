/** A stored result cannot be read: its serializer or compression is not supported, or it is not a result. */
export class UnreadableResultError extends Error {
  override readonly name = 'UnreadableResultError';
}

/** A state or group is too large for a DynamoDB item; named after Celery's error. A result that is too large becomes a failure. */
export class BackendStoreError extends Error {
  override readonly name = 'BackendStoreError';
}
