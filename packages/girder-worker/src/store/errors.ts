/** A stored result that cannot be read here: written with another serializer or compression, or no result at all. */
export class UnreadableResultError extends Error {
  override readonly name = 'UnreadableResultError';
}

/** A state that does not fit into a DynamoDB item; Celery's error of this name. Results that do not fit become failures instead. */
export class BackendStoreError extends Error {
  override readonly name = 'BackendStoreError';
}
