/** Reads the bits of bzip2, the highest of each byte first. Throws RangeError where the bytes end too early. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #window = 0;
  /** How many of the window's lowest bits have not been read: fewer than 8 between two reads. */
  #waiting = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** @param count at most 24 */
  bits(count: number): number {
    while (this.#waiting < count) {
      if (this.#at === this.#bytes.length) throw new RangeError('it ends too early');
      this.#window = (this.#window << 8) | this.#bytes[this.#at++]!; // What was read leaves at the top.
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

  /** The bytes of which no bit has been read; no copy. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }
}
