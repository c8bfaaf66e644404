/**
 * Collects decompressed bytes up to a limit. The buffer grows with its content and has at most twice its size, so a short
 * output takes little memory even if the limit is high.
 */
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

  /** Appends one byte `times` times. Beyond the limit, throws a RangeError with node:zlib's code ERR_BUFFER_TOO_LARGE. */
  repeat(byte: number, times: number): void {
    this.#reserve(times);
    this.#buffer.fill(byte, this.#length, this.#length + times);
    this.#length += times;
  }

  /** Appends one byte. Throws as `repeat` does. */
  push(byte: number): void {
    if (this.#length === this.#buffer.length) this.#reserve(1);
    this.#buffer[this.#length++] = byte;
  }

  /** Appends a copy of `bytes`. Throws as `repeat` does. */
  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Returns the bytes from offset `start`, without a copy. The result is valid until the next append. */
  since(start: number): Buffer {
    return this.#buffer.subarray(start, this.#length);
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    if (needed > this.#maxBytes) {
      const error = new RangeError(`the decompressed data has more than ${this.#maxBytes} bytes`);
      throw Object.assign(error, { code: 'ERR_BUFFER_TOO_LARGE' });
    }
    const grown = Buffer.allocUnsafe(Math.min(Math.max(needed, this.#buffer.length * 2), this.#maxBytes));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}
