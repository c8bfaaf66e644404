/** Why a message could not be read; one code per cause. */
export type DecodeErrorCode =
  /** The text is no envelope: not JSON, not an object, or without `properties` (wire specification §1). */
  | 'NOT_AN_ENVELOPE'
  /** The text, or what it unpacks to, exceeds a limit. */
  | 'TOO_LARGE'
  /** Neither the headers (protocol 2) nor the body (protocol 1) name a task. */
  | 'NO_TASK_NAME'
  /** The task has no id, so that nobody could ask for its result. */
  | 'NO_TASK_ID'
  /** A header or property that Celery defines has a value of the wrong type. */
  | 'HEADER_MALFORMED'
  | 'UNKNOWN_BODY_ENCODING'
  | 'UNKNOWN_COMPRESSION'
  | 'DECOMPRESSION_FAILED'
  /** The content type could run code while it is read: pickle. */
  | 'CONTENT_DISALLOWED'
  | 'UNKNOWN_CONTENT_TYPE'
  /** The body is not what its content type says, or not the body of a task. */
  | 'BODY_MALFORMED';

/** Which task a message that could not be read was meant for. */
export interface MessageIdentity {
  readonly id: string;
  readonly task: string;
}

/** A message that cannot be read, now or ever. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  readonly code: DecodeErrorCode;
  /** Known when the headers could be read: there may be a client that waits for the result of this id. */
  readonly identity: MessageIdentity | undefined;

  constructor(code: DecodeErrorCode, message: string, options: { cause?: unknown; identity?: MessageIdentity } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.identity = options.identity;
  }
}

/** A value that has no form on the wire; the message names its type and the way out. Kombu's error of this name. */
export class EncodeError extends Error {
  override readonly name = 'EncodeError';
}

/** A text that is not the JSON that Python writes. */
export class PythonJsonError extends SyntaxError {
  override readonly name = 'PythonJsonError';
}
