/** Why a message cannot be decoded. */
export type DecodeErrorCode =
  /** The text is not an envelope: not JSON, not an object, or without `properties` (docs/wire-format.md §1). */
  | 'NOT_AN_ENVELOPE'
  /** The text, the decompressed body, or a part of it exceeds a limit (docs/limits.md). */
  | 'TOO_LARGE'
  /** Neither the headers (protocol 2) nor the body (protocol 1) contain the name of the task. */
  | 'NO_TASK_NAME'
  /** The task has no id, so no client can read its result. */
  | 'NO_TASK_ID'
  /** A header or property that Celery defines has a value of the wrong type. */
  | 'HEADER_MALFORMED'
  | 'UNKNOWN_BODY_ENCODING'
  | 'UNKNOWN_COMPRESSION'
  | 'DECOMPRESSION_FAILED'
  /** The content type is pickle, which can execute code while it is read. */
  | 'CONTENT_DISALLOWED'
  | 'UNKNOWN_CONTENT_TYPE'
  /** The body does not match its content type, or is not the body of a task. */
  | 'BODY_MALFORMED'
  /** The worker died each time that it decoded the message. */
  | 'WORKER_LOST';

/** The task for which a message was meant that cannot be decoded. */
export interface MessageIdentity {
  readonly id: string;
  readonly task: string;
}

/** A message cannot be decoded. Another attempt has the same result. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  readonly code: DecodeErrorCode;
  /** Defined if the headers are readable. A client may wait for the result of this id. */
  readonly identity: MessageIdentity | undefined;

  constructor(code: DecodeErrorCode, message: string, options: { cause?: unknown; identity?: MessageIdentity } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.identity = options.identity;
  }
}

/** Returns the error if it is a DecodeError, and rethrows any other. For `decode(…).catch(asDecodeError)`. */
export function asDecodeError(error: unknown): DecodeError {
  if (error instanceof DecodeError) return error;
  throw error;
}

/** A message has more than this worker decodes: too many values, digits or characters. Not a fault of its format. */
export class LimitError extends RangeError {
  override readonly name = 'LimitError';
}

/** A value cannot be serialized. The message contains its type and what to send instead. Kombu has an error of this name. */
export class EncodeError extends Error {
  override readonly name = 'EncodeError';
}

/** A text is not JSON as Python writes it. */
export class PythonJsonError extends SyntaxError {
  override readonly name = 'PythonJsonError';
}
