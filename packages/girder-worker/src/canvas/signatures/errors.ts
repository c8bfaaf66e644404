/**
 * A canvas that cannot be sent; stored as Celery's ImproperlyConfigured. `code`: NOT_A_SIGNATURE for a value that is no signature; NOTHING_TO_RUN for a chain
 * without steps and a chord without a body; OPTION_MALFORMED for an option or argument of the wrong form; TOO_LARGE for what exceeds
 * a limit (docs/limits.md).
 */
export class CanvasError extends Error {
  override readonly name = 'CanvasError';
  readonly code: 'NOT_A_SIGNATURE' | 'NOTHING_TO_RUN' | 'OPTION_MALFORMED' | 'TOO_LARGE';

  constructor(code: CanvasError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
