import type { BitReader } from './bzip2Bits.ts';

const maxCodeBits = 20;

/** A canonical Huffman code: codes are counted upwards from the shortest, those of one length in their symbols' order. */
export class HuffmanCode {
  /** In the order of their codes. */
  readonly #symbols: Uint16Array;
  readonly #shortest: number;
  /** For each length the last code that has it; where none has, one that no bits come below. */
  readonly #last = new Int32Array(maxCodeBits + 1);
  /** For each length what a code is away from the place of its symbol. */
  readonly #offset = new Int32Array(maxCodeBits + 1);

  /** @param lengths of each symbol's code, in bits, from 1 to 20 */
  constructor(lengths: Uint8Array) {
    this.#symbols = new Uint16Array(lengths.length);
    this.#shortest = Math.min(...lengths);
    let code = 0;
    let place = 0;
    for (let length = 1; length <= maxCodeBits; length++) {
      this.#offset[length] = code - place;
      for (let symbol = 0; symbol < lengths.length; symbol++) {
        if (lengths[symbol] !== length) continue;
        this.#symbols[place++] = symbol;
        code += 1;
      }
      this.#last[length] = code - 1;
      code *= 2;
    }
  }

  /** The symbol that comes next. Throws RangeError for bits that are no code. */
  read(reader: BitReader): number {
    let length = this.#shortest;
    let code = reader.bits(length);
    while (code > this.#last[length]!) {
      if (length === maxCodeBits) throw new RangeError('it has bits that are no code');
      code = code * 2 + reader.bits(1);
      length += 1;
    }
    return this.#symbols[code - this.#offset[length]!]!;
  }
}

/** Reads a code: the length for the first symbol, and for each the steps by which it is longer or shorter. */
export function readCode(reader: BitReader, symbols: number): HuffmanCode {
  const lengths = new Uint8Array(symbols);
  let length = reader.bits(5);
  for (let symbol = 0; symbol < symbols; symbol++) {
    for (;;) {
      if (length < 1 || length > maxCodeBits) throw new RangeError(`it has a code of ${length} bits`);
      if (!reader.bit()) break;
      length += reader.bit() ? -1 : 1;
    }
    lengths[symbol] = length;
  }
  return new HuffmanCode(lengths);
}
