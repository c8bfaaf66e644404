/** Collects what is decompressed, byte by byte or in pieces, and takes no more than twice the space that it fills. */
export class BoundedOutput {
  readonly #maxBytes: number;
  #buffer: Buffer;
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#buffer = Buffer.allocUnsafe(Math.min(64 * 1024, maxBytes));
  }

  get length(): number {
    return this.#length;
  }

  /** One byte, so many times. Throws a RangeError with node:zlib's code ERR_BUFFER_TOO_LARGE beyond the limit. */
  repeat(byte: number, times: number): void {
    this.#reserve(times);
    this.#buffer.fill(byte, this.#length, this.#length + times);
    this.#length += times;
  }

  /** One byte. Throws as `repeat` does. */
  push(byte: number): void {
    if (this.#length === this.#buffer.length) this.#reserve(1);
    this.#buffer[this.#length++] = byte;
  }

  /** A piece, which is copied. Throws as `repeat` does. */
  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** What has been collected since there were so many bytes; no copy, and valid until more is collected. */
  since(start: number): Buffer {
    return this.#buffer.subarray(start, this.#length);
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    if (needed > this.#maxBytes) {
      const error = new RangeError(`More than ${this.#maxBytes} bytes come out`);
      throw Object.assign(error, { code: 'ERR_BUFFER_TOO_LARGE' });
    }
    const grown = Buffer.allocUnsafe(Math.min(Math.max(needed, this.#buffer.length * 2), this.#maxBytes));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}
