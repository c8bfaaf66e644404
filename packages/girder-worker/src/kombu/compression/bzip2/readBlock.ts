import type { BoundedOutput } from '../boundedOutput.ts';
import type { BitReader } from './bitReader.ts';
import { type HuffmanCode, readHuffmanCode } from './huffmanCode.ts';

/** The number of symbols that are read with one Huffman code. The next selector chooses the code of the next group. */
const groupSize = 50;

/**
 * Reads a block after its checksum and appends its content to `output`. It reverses, in this order: the Huffman codes, the
 * run lengths RUNA and RUNB, the move-to-front list, the Burrows-Wheeler transform, and the runs of four and more equal
 * bytes.
 *
 * Throws RangeError for an invalid block, and as BoundedOutput does.
 *
 * @param entries a buffer whose length is the block size of the stream in bytes; its content is overwritten
 */
export function readBlock(reader: BitReader, entries: Uint32Array, output: BoundedOutput): void {
  if (reader.bit())
    throw new RangeError('a bzip2 block is randomised, which bzip2 has not written since version 0.9.5');
  const origin = reader.bits(24);
  const length = readTransformedBytes(reader, entries);
  if (origin >= length) throw new RangeError('a bzip2 block has an origin pointer outside of the block');
  linkBytes(entries, length);
  writeBytes(entries, length, origin, output);
}

/** Writes the bytes after the Burrows-Wheeler transform to `entries`. Returns their number. */
function readTransformedBytes(reader: BitReader, entries: Uint32Array): number {
  const recent = readUsedBytes(reader);
  const endOfBlock = recent.length + 1;
  const codes = readCodes(reader, endOfBlock + 1);
  let code = nextCode(codes);
  let length = 0;
  let run = 0;
  let runDigit = 1;
  for (let left = groupSize; ; left--) {
    if (left === 0) {
      code = nextCode(codes);
      left = groupSize;
    }
    const symbol = code.read(reader);
    if (symbol <= 1) {
      // RUNA and RUNB are the digits 1 and 2 of the number of repetitions of the most recent byte, the lowest digit first.
      run += runDigit * (symbol + 1);
      runDigit *= 2;
      if (length + run > entries.length) throw blockTooLong();
      continue;
    }
    entries.fill(recent[0]!, length, length + run);
    length += run;
    run = 0;
    runDigit = 1;
    if (symbol === endOfBlock) return length;
    if (length === entries.length) throw blockTooLong();
    entries[length++] = moveToFront(recent, symbol - 1);
  }
}

/** Returns the bytes that occur in the block, in ascending order. A bit map of 16 groups precedes a bit map of each used group. */
function readUsedBytes(reader: BitReader): Uint8Array {
  const used: number[] = [];
  const groups = reader.bits(16);
  for (let group = 0; group < 16; group++) {
    if (!((groups >> (15 - group)) & 1)) continue;
    for (let byte = group * 16; byte < group * 16 + 16; byte++) {
      if (reader.bit()) used.push(byte);
    }
  }
  if (used.length === 0) throw new RangeError('a bzip2 block uses no bytes');
  return Uint8Array.from(used);
}

/** Reads the selectors and the Huffman codes. Yields the code of each group of 50 symbols. */
function* readCodes(reader: BitReader, symbolCount: number): Generator<HuffmanCode, undefined> {
  const codeCount = reader.bits(3);
  if (codeCount < 2 || codeCount > 6) {
    throw new RangeError(`a bzip2 block has ${codeCount} Huffman codes, outside 2 to 6`);
  }
  const recent = Uint8Array.from({ length: codeCount }, (_, index) => index);
  const selectors = Uint8Array.from({ length: reader.bits(15) }, () => {
    let place = 0;
    while (reader.bit()) place += 1;
    if (place >= codeCount) throw new RangeError('a bzip2 block selects a Huffman code that it does not have');
    return moveToFront(recent, place);
  });
  const codes = Array.from({ length: codeCount }, () => readHuffmanCode(reader, symbolCount));
  for (const selector of selectors) yield codes[selector]!;
}

function nextCode(codes: Iterator<HuffmanCode, undefined>): HuffmanCode {
  const { value } = codes.next();
  if (value === undefined) throw new RangeError('a bzip2 block has no end');
  return value;
}

function moveToFront(recent: Uint8Array, place: number): number {
  const value = recent[place]!;
  recent.copyWithin(1, 0, place);
  recent[0] = value;
  return value;
}

function blockTooLong(): RangeError {
  return new RangeError('a bzip2 block is longer than the block size of its stream');
}

/**
 * Stores above the lowest 8 bits of each entry the index of the byte that follows it in the original text: the n-th
 * occurrence of a byte value in the transformed order precedes the byte at the n-th index that this value has when all bytes
 * are sorted.
 */
function linkBytes(entries: Uint32Array, length: number): void {
  const indexes = new Uint32Array(256);
  for (let index = 0; index < length; index++) indexes[entries[index]!]! += 1;
  let before = 0;
  for (let byte = 0; byte < 256; byte++) {
    const count = indexes[byte]!;
    indexes[byte] = before;
    before += count;
  }
  for (let index = 0; index < length; index++) {
    const target = indexes[entries[index]! & 0xff]!++;
    entries[target]! |= index << 8;
  }
}

/** Follows the links from `origin` and appends the bytes. After four equal bytes, the next byte is a count of further ones. */
function writeBytes(entries: Uint32Array, length: number, origin: number, output: BoundedOutput): void {
  let index = entries[origin]! >>> 8;
  let previous = -1;
  let equal = 0;
  for (let left = length; left > 0; left--) {
    const entry = entries[index]!;
    const byte = entry & 0xff;
    index = entry >>> 8;
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
