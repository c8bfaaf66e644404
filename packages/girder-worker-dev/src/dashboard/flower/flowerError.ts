/** A request that is answered with a text, as Flower answers it. */
export class FlowerError extends Error {
  override readonly name = 'FlowerError';
  /** The status of HTTP. */
  readonly status: 400 | 403 | 404 | 503;

  constructor(status: FlowerError['status'], message: string) {
    super(message);
    this.status = status;
  }
}
