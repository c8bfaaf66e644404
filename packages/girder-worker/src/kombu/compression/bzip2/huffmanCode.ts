import type { BitReader } from './bitReader.ts';

const maxCodeBits = 20;

/** A canonical Huffman code: the codes count up from the shortest; codes of one length are in the order of their symbols. */
export class HuffmanCode {
  /** In the order of their codes. */
  readonly #symbols: Uint16Array;
  readonly #shortest: number;
  /** For each length, the last code of this length. If there is none, a number that is lower than any code that can be read. */
  readonly #last = new Int32Array(maxCodeBits + 1);
  /** For each length, the difference between a code and the index of its symbol. */
  readonly #offset = new Int32Array(maxCodeBits + 1);

  /** @param lengths the length of the code of each symbol in bits, from 1 to 20 */
  constructor(lengths: Uint8Array) {
    this.#symbols = new Uint16Array(lengths.length);
    this.#shortest = Math.min(...lengths);
    let code = 0;
    let index = 0;
    for (let length = 1; length <= maxCodeBits; length++) {
      this.#offset[length] = code - index;
      for (let symbol = 0; symbol < lengths.length; symbol++) {
        if (lengths[symbol] !== length) continue;
        this.#symbols[index++] = symbol;
        code += 1;
      }
      this.#last[length] = code - 1;
      code *= 2;
    }
  }

  /** Reads and returns the next symbol. Throws RangeError if the bits are not a code. */
  read(reader: BitReader): number {
    let length = this.#shortest;
    let code = reader.bits(length);
    while (code > this.#last[length]!) {
      if (length === maxCodeBits) throw new RangeError('a bzip2 block contains an invalid Huffman code');
      code = code * 2 + reader.bits(1);
      length += 1;
    }
    return this.#symbols[code - this.#offset[length]!]!;
  }
}

/** Reads the lengths of a code: the first as a number, and each further one as the steps up or down from the previous one. */
export function readHuffmanCode(reader: BitReader, symbolCount: number): HuffmanCode {
  const lengths = new Uint8Array(symbolCount);
  let length = reader.bits(5);
  for (let symbol = 0; symbol < symbolCount; symbol++) {
    for (;;) {
      if (length < 1 || length > maxCodeBits) {
        throw new RangeError(`a bzip2 block has a Huffman code of ${length} bits, outside 1 to ${maxCodeBits}`);
      }
      if (!reader.bit()) break;
      length += reader.bit() ? -1 : 1;
    }
    lengths[symbol] = length;
  }
  return new HuffmanCode(lengths);
}
