import { failureOf } from '../../outcome/failure.ts';
import type { FinalOutcome, RetryOutcome, RevocationReason } from '../../outcome/outcome.ts';
import { nodeSystem } from '../../system/nodeSystem.ts';
import type { System } from '../../system/system.ts';
import { BackendStoreError } from '../errors.ts';
import type { Claim, ResultContext } from '../resultStore.ts';
import {
  outcomeDocument,
  pendingDocument,
  retryDocument,
  revokedDocument,
  startedDocument,
  stateDocument,
} from './resultDocument.ts';
import { encodeDocument, maxDocumentBytes, sizesOf } from './storedBytes.ts';

export interface ResultWriterOptions {
  /** @default nodeSystem */
  readonly system?: Pick<System, 'now'>;
  /**
   * Documents with more bytes are compressed, as by Celery's `result_compression`. Clients need Celery 5.7 or newer to read
   * them. @default the size of an item: only documents that would not fit otherwise are compressed
   */
  readonly compressionAboveBytes?: number;
}

/**
 * Encodes documents so that they fit into a DynamoDB item: a document that is too large is encoded again without the
 * fields of an extended result, and then as far as needed without children and failure.
 */
export function createResultWriter({
  system = nodeSystem,
  compressionAboveBytes = maxDocumentBytes,
}: ResultWriterOptions) {
  const encode = (document: string) => encodeDocument(document, compressionAboveBytes);

  /** The bytes of the first document that fits; undefined if none does. */
  const firstFitting = (...documents: (() => string)[]): Uint8Array | undefined => {
    for (const document of documents) {
      const bytes = encode(document());
      if (bytes) return bytes;
    }
    return undefined;
  };

  /** As `firstFitting`, but throws BackendStoreError if none fits, which only happens if the task's own data is too large. */
  const fitting = (id: string, ...documents: (() => string)[]): Uint8Array => {
    const bytes = firstFitting(...documents);
    if (bytes) return bytes;
    throw new BackendStoreError(`${tooLarge('The state', documents.at(-1)?.() ?? '')} (task ${id})`);
  };

  return {
    pending: (id: string) => fitting(id, () => pendingDocument(id)),
    revoked: (id: string, reason: RevocationReason) => fitting(id, () => revokedDocument(id, reason, system.now())),
    started: (claim: Claim) =>
      fitting(
        claim.id,
        () => startedDocument(claim),
        () => startedDocument({ ...claim, context: plain(claim.context) }),
      ),

    /** Throws BackendStoreError if `metaJson` is too large. */
    state: (id: string, state: string, metaJson: string, context: ResultContext) =>
      fitting(
        id,
        () => stateDocument(id, state, metaJson, context, system.now()),
        () => stateDocument(id, state, metaJson, plain(context), system.now()),
      ),

    retry: (id: string, outcome: RetryOutcome, context: ResultContext) =>
      fitting(
        id,
        () => retryDocument(id, outcome, context),
        () => retryDocument(id, outcome, plain(context)),
        () => retryDocument(id, { ...outcome, failure: null, traceback: null }, withoutChildren(context)),
      ),

    /** Returns the bytes and the outcome that they contain: a BackendStoreError failure if the given one is too large. */
    final(id: string, outcome: FinalOutcome, context: ResultContext): { bytes: Uint8Array; outcome: FinalOutcome } {
      const full = () => outcomeDocument(id, outcome, plain(context), system.now());
      const bytes = firstFitting(
        () => outcomeDocument(id, outcome, context, system.now()),
        ...(context.extended ? [full] : []),
        // A task that has sent a large group has succeeded, although its item cannot hold the ids of the members.
        () => outcomeDocument(id, outcome, withoutChildren(context), system.now()),
      );
      if (bytes) return { bytes, outcome };
      const failure = failedToStore(tooLarge(outcome.state === 'SUCCESS' ? 'The result' : 'The exception', full()));
      return {
        bytes: fitting(id, () => outcomeDocument(id, failure, withoutChildren(context), system.now())),
        outcome: failure,
      };
    },
  };
}

export type ResultWriter = ReturnType<typeof createResultWriter>;

/** The context without the fields of an extended result. */
function plain(context: ResultContext = { group: null, parentId: null }): ResultContext {
  const { extended: _, ...rest } = context;
  return rest;
}

function withoutChildren({ group, parentId }: ResultContext): ResultContext {
  return { group, parentId };
}

function tooLarge(what: string, document: string): string {
  const { plain, compressed } = sizesOf(document);
  return `${what} has ${plain} bytes (${compressed} compressed), and a DynamoDB item takes ${maxDocumentBytes}: store the data elsewhere, for example in S3, and return its address.`;
}

/** Python clients can raise BackendStoreError with its message: Celery imports it wherever it reads results. */
function failedToStore(message: string): FinalOutcome {
  return { state: 'FAILURE', failure: failureOf('BackendStoreError', [message]) };
}
