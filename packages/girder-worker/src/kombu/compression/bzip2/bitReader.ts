/** Reads bits, the highest bit of each byte first. All methods throw RangeError at the end of the bytes. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #window = 0;
  /** The number of lowest bits of the window that are not read yet: fewer than 8 between two calls. */
  #waiting = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Returns the next `count` bits as an integer. @param count at most 24 */
  bits(count: number): number {
    while (this.#waiting < count) {
      if (this.#at === this.#bytes.length) throw new RangeError('the bzip2 data is truncated');
      this.#window = (this.#window << 8) | this.#bytes[this.#at++]!; // The shift drops bits that are already read.
      this.#waiting += 8;
    }
    this.#waiting -= count;
    return (this.#window >>> this.#waiting) & ((1 << count) - 1);
  }

  bit(): boolean {
    return this.bits(1) === 1;
  }

  uint32(): number {
    return this.bits(16) * 0x10000 + this.bits(16);
  }

  /** Returns the bytes after the last byte of which a bit was read, without a copy. */
  unreadBytes(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }
}
