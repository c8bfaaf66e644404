/** A canvas that cannot be sent: something in it is no signature, or has nothing to run. */
export class CanvasError extends Error {
  override readonly name = 'CanvasError';
  readonly code: 'NOT_A_SIGNATURE' | 'NOTHING_TO_RUN' | 'OPTION_MALFORMED';

  constructor(code: CanvasError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
