import type { BoundedOutput } from './boundedOutput.ts';
import type { BitReader } from './bzip2Bits.ts';
import { type HuffmanCode, readCode } from './bzip2Huffman.ts';

/** After so many symbols another code takes its turn. */
const symbolsPerTurn = 50;

/**
 * Reads what a block has after its checksum, undoing in turn: Huffman codes, runs of the most recent byte, places among
 * recent bytes, the Burrows-Wheeler transform, runs of four and more equal bytes.
 *
 * @param entries room for as many bytes as the block may have before the last of these steps; overwritten
 */
export function readBlock(reader: BitReader, entries: Uint32Array, output: BoundedOutput): void {
  if (reader.bit()) throw new RangeError('it is randomised, as no bzip2 does since 0.9.5');
  const first = reader.bits(24);
  const length = readBytes(reader, entries);
  if (first >= length) throw new RangeError('a block begins outside of itself');
  linkBytes(entries, length);
  writeRuns(entries, length, first, output);
}

/** Reads the bytes as they were after the transform, and how many they are. */
function readBytes(reader: BitReader, entries: Uint32Array): number {
  const recent = readUsedBytes(reader);
  const end = recent.length + 1;
  const turns = readTurns(reader, end + 1);
  let code = nextTurn(turns);
  let length = 0;
  let run = 0;
  let runDigit = 1;
  for (let left = symbolsPerTurn; ; left--) {
    if (left === 0) {
      code = nextTurn(turns);
      left = symbolsPerTurn;
    }
    const symbol = code.read(reader);
    if (symbol <= 1) {
      // How often the most recent byte comes again, as a number with the digits 1 and 2, the lowest first.
      run += runDigit * (symbol + 1);
      runDigit *= 2;
      if (length + run > entries.length) throw new RangeError('it has a block that is too long');
      continue;
    }
    entries.fill(recent[0]!, length, length + run);
    length += run;
    run = 0;
    runDigit = 1;
    if (symbol === end) return length;
    if (length === entries.length) throw new RangeError('it has a block that is too long');
    entries[length++] = moveToFront(recent, symbol - 1);
  }
}

/** Which bytes are in the block, in their order: a bit for each 16, and for those that have any, a bit for each. */
function readUsedBytes(reader: BitReader): Uint8Array {
  const used: number[] = [];
  const groups = reader.bits(16);
  for (let group = 0; group < 16; group++) {
    if (!((groups >> (15 - group)) & 1)) continue;
    for (let byte = group * 16; byte < group * 16 + 16; byte++) {
      if (reader.bit()) used.push(byte);
    }
  }
  if (used.length === 0) throw new RangeError('it has a block of no bytes');
  return Uint8Array.from(used);
}

/** The codes, each for 50 symbols, in the order in which they take their turns. */
function* readTurns(reader: BitReader, symbols: number): Generator<HuffmanCode, undefined> {
  const count = reader.bits(3);
  if (count < 2 || count > 6) throw new RangeError(`it has a block of ${count} codes`);
  const recent = Uint8Array.from({ length: count }, (_, index) => index);
  const turns = Uint8Array.from({ length: reader.bits(15) }, () => {
    let place = 0;
    while (reader.bit()) place += 1;
    if (place >= count) throw new RangeError('it names a code that it does not have');
    return moveToFront(recent, place);
  });
  const codes = Array.from({ length: count }, () => readCode(reader, symbols));
  for (const turn of turns) yield codes[turn]!;
}

function nextTurn(turns: Iterator<HuffmanCode, undefined>): HuffmanCode {
  const { value } = turns.next();
  if (value === undefined) throw new RangeError('it has a block without an end');
  return value;
}

function moveToFront(recent: Uint8Array, place: number): number {
  const value = recent[place]!;
  recent.copyWithin(1, 0, place);
  recent[0] = value;
  return value;
}

/**
 * Notes above each byte the place of the one that follows it in the text: the n-th of all equal bytes, in the order of
 * the transform, is followed by the one at the n-th place that these have among all bytes when sorted.
 */
function linkBytes(entries: Uint32Array, length: number): void {
  const places = new Uint32Array(256);
  for (let index = 0; index < length; index++) places[entries[index]!]! += 1;
  let before = 0;
  for (let byte = 0; byte < 256; byte++) {
    const count = places[byte]!;
    places[byte] = before;
    before += count;
  }
  for (let index = 0; index < length; index++) {
    const place = places[entries[index]! & 0xff]!++;
    entries[place]! |= index << 8;
  }
}

/** Follows the links, and writes what they lead to; after four equal bytes there is a number: how many more follow. */
function writeRuns(entries: Uint32Array, length: number, first: number, output: BoundedOutput): void {
  let place = entries[first]! >>> 8;
  let previous = -1;
  let equal = 0;
  for (let left = length; left > 0; left--) {
    const entry = entries[place]!;
    const byte = entry & 0xff;
    place = entry >>> 8;
    if (equal === 4) {
      output.repeat(previous, byte);
      equal = 0;
      continue;
    }
    equal = byte === previous ? equal + 1 : 1;
    previous = byte;
    output.push(byte);
  }
}
