import { stringifyPythonJson } from '../../kombu/json/pythonJson.ts';
import type { FinalOutcome, RetryOutcome, RevocationReason } from '../../outcome/outcome.ts';
import { BackendStoreError } from '../errors.ts';
import type { Claim, Clock, ResultContext } from '../resultStore.ts';
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
  /** @default Date.now */
  readonly clock?: Clock;
  /**
   * A document with more bytes is compressed, as Celery's `result_compression` does it. Python reads such a result from
   * Celery 5.7 on, so that by default only what would not be stored at all otherwise is compressed.
   */
  readonly compressionAboveBytes?: number;
}

/** Makes the bytes to store, in such a way that they fit into an item of DynamoDB. */
export function createResultWriter({
  clock = Date.now,
  compressionAboveBytes = maxDocumentBytes,
}: ResultWriterOptions) {
  const encode = (document: string) => encodeDocument(document, compressionAboveBytes);

  /** The first of the documents that fits; the last one of each list does unless what the task itself gave is too large. */
  const firstFitting = (...documents: (() => string)[]): Uint8Array | undefined => {
    for (const document of documents) {
      const bytes = encode(document());
      if (bytes) return bytes;
    }
    return undefined;
  };

  const fitting = (id: string, ...documents: (() => string)[]): Uint8Array => {
    const bytes = firstFitting(...documents);
    if (bytes) return bytes;
    throw new BackendStoreError(`${tooLarge('The state', documents.at(-1)?.() ?? '')} (task ${id})`);
  };

  return {
    pending: (id: string) => fitting(id, () => pendingDocument(id)),
    revoked: (id: string, reason: RevocationReason) => fitting(id, () => revokedDocument(id, reason, clock())),
    started: (claim: Claim) =>
      fitting(
        claim.id,
        () => startedDocument(claim),
        () => startedDocument({ ...claim, context: plain(claim.context) }),
      ),

    /** Throws BackendStoreError where `metaJson` is too large. */
    state: (id: string, state: string, metaJson: string, context: ResultContext) =>
      fitting(
        id,
        () => stateDocument(id, state, metaJson, context, clock()),
        () => stateDocument(id, state, metaJson, plain(context), clock()),
      ),

    retry: (id: string, outcome: RetryOutcome, context: ResultContext) =>
      fitting(
        id,
        () => retryDocument(id, outcome, context),
        () => retryDocument(id, outcome, plain(context)),
        () => retryDocument(id, { ...outcome, failure: null, traceback: null }, withoutChildren(context)),
      ),

    /** The bytes of a final outcome, and that outcome itself: a failure that says so, where the given one is too large. */
    final(id: string, outcome: FinalOutcome, context: ResultContext): { bytes: Uint8Array; outcome: FinalOutcome } {
      const full = () => outcomeDocument(id, outcome, plain(context), clock());
      const bytes = firstFitting(() => outcomeDocument(id, outcome, context, clock()), full);
      if (bytes) return { bytes, outcome };
      const failure = failedToStore(tooLarge(outcome.state === 'SUCCESS' ? 'The result' : 'The exception', full()));
      return {
        bytes: fitting(id, () => outcomeDocument(id, failure, withoutChildren(context), clock())),
        outcome: failure,
      };
    },
  };
}

export type ResultWriter = ReturnType<typeof createResultWriter>;

/** The context without what only an extended result has. */
function plain(context: ResultContext = { group: null, parentId: null }): ResultContext {
  const { extended: _, ...rest } = context;
  return rest;
}

function withoutChildren({ group, parentId }: ResultContext): ResultContext {
  return { group, parentId };
}

function tooLarge(what: string, document: string): string {
  const { plain, compressed } = sizesOf(document);
  return `${what} has ${plain} bytes, compressed ${compressed}, and DynamoDB keeps ${maxDocumentBytes}: store it elsewhere, for example in S3, and return where.`;
}

/** The class is one that Python has imported where it reads results, so that its message is shown. */
function failedToStore(message: string): FinalOutcome {
  const failure = {
    type: 'BackendStoreError',
    module: 'celery.exceptions',
    argsJson: stringifyPythonJson([message]),
    traceback: null,
  };
  return { state: 'FAILURE', failure };
}
