/** Why a call of Girder failed. */
export type GirderErrorCode =
  /** The environment names no Girder server (GIRDER_WORKER_API_URL). */
  | 'NOT_CONFIGURED'
  /** The URL does not belong to a Girder server that the environment names. */
  | 'URL_NOT_ALLOWED'
  /** A header or a transform of the message is malformed. */
  | 'MALFORMED'
  /** No answer: the connection was refused or lost, or the time was over. */
  | 'UNREACHABLE'
  /** Girder answered with an error status. */
  | 'HTTP_STATUS'
  /** The answer is not what Girder sends, such as a page of a proxy. */
  | 'UNEXPECTED_ANSWER'
  /** A file that was transferred has not the size that Girder stated. */
  | 'INCOMPLETE';

interface GirderErrorDetails {
  readonly status?: number | undefined;
  readonly field?: string | undefined;
  readonly isGirders?: boolean;
  readonly cause?: unknown;
}

/** A call of Girder failed. The message never contains a token. */
export class GirderError extends Error {
  override readonly name: string = 'GirderError';
  readonly code: GirderErrorCode;
  /** The HTTP status, if Girder has answered. */
  readonly status: number | undefined;
  /** The field that Girder does not accept, from its answer: `status` for a transition that is not allowed. */
  readonly field: string | undefined;

  /** Whether Girder itself has answered so, and not a proxy before it. */
  readonly isGirders: boolean;

  constructor(
    code: GirderErrorCode,
    message: string,
    { status, field, isGirders = false, cause }: GirderErrorDetails = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
    this.field = field;
    this.isGirders = isGirders;
  }

  /** Whether the same call may succeed later: Girder was not reached, is overloaded, or failed, or a proxy answered for it. */
  get isTransient(): boolean {
    if (this.code === 'UNREACHABLE' || this.code === 'UNEXPECTED_ANSWER') return true;
    if (this.code !== 'HTTP_STATUS') return false;
    return !this.isGirders || this.status === undefined || this.status >= 500 || [408, 429].includes(this.status);
  }
}

/** Girder does not allow the job to move from its status to another one. */
export class StateTransitionError extends GirderError {
  override readonly name = 'StateTransitionError';

  constructor(message: string) {
    super('HTTP_STATUS', message, { status: 400, field: 'status', isGirders: true });
  }
}
