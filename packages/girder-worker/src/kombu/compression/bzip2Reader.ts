import { BoundedOutput } from './boundedOutput.ts';
import { BitReader } from './bzip2Bits.ts';
import { readBlock } from './bzip2Block.ts';

const blockMark = 0x314159265359; // The digits of pi.
const endMark = 0x177245385090; // Those of its square root.

/** Room for the largest block; one for all, as no two are read at the same time. */
const entries = new Uint32Array(900_000);

/**
 * Undoes bzip2, whose format is that of Julian Seward's bzip2 1.0, written down in Joe Tsai's "BZIP2: Format
 * Specification" (2016). Of our own, so that it can stop where a limit is exceeded, in the middle of a block too.
 *
 * As Python's `bz2.decompress` it reads streams that follow each other as one, and ignores what follows them and is
 * none.
 *
 * Throws RangeError for what is no bzip2; with the code ERR_BUFFER_TOO_LARGE if more than `maxOutputBytes` come out.
 */
export function readBzip2(bytes: Uint8Array, maxOutputBytes: number): Buffer {
  const output = new BoundedOutput(maxOutputBytes);
  let rest = bytes;
  do rest = readStream(rest, output);
  while (maxBlockBytes(rest) !== undefined);
  return output.since(0);
}

/** Reads one stream, and gives what follows it. */
function readStream(bytes: Uint8Array, output: BoundedOutput): Uint8Array {
  const maxBytes = maxBlockBytes(bytes);
  if (maxBytes === undefined) throw new RangeError('it does not begin as bzip2 does');
  const reader = new BitReader(bytes.subarray(4));
  let streamChecksum = 0;
  while (isBlock(reader)) {
    const checksum = reader.uint32();
    const start = output.length;
    readBlock(reader, entries.subarray(0, maxBytes), output);
    if (checksumOf(output.since(start)) !== checksum) throw new RangeError('a block has another checksum');
    streamChecksum = ((streamChecksum << 1) | (streamChecksum >>> 31)) ^ checksum;
  }
  if (reader.uint32() !== streamChecksum >>> 0) throw new RangeError('the whole has another checksum');
  return reader.rest();
}

/** A stream begins with "BZh" and a digit: how many times 100,000 bytes a block may have. Undefined for other bytes. */
function maxBlockBytes(bytes: Uint8Array): number | undefined {
  const [, digit] = /^BZh([1-9])/.exec(Buffer.from(bytes.subarray(0, 4)).toString('latin1')) ?? [];
  return digit === undefined ? undefined : Number(digit) * 100_000;
}

function isBlock(reader: BitReader): boolean {
  const mark = reader.bits(24) * 0x1000000 + reader.bits(24);
  if (mark !== blockMark && mark !== endMark)
    throw new RangeError('it has neither a block nor an end where one must be');
  return mark === blockMark;
}

/** For each byte what it does to a checksum: CRC-32 with the highest bit first, other than zlib's. */
const checksums = Uint32Array.from({ length: 256 }, (_, byte) => {
  let checksum = byte << 24;
  for (let bit = 0; bit < 8; bit++) checksum = (checksum << 1) ^ (checksum < 0 ? 0x04c11db7 : 0);
  return checksum;
});

function checksumOf(bytes: Uint8Array): number {
  let checksum = ~0;
  for (const byte of bytes) checksum = (checksum << 8) ^ checksums[(checksum >>> 24) ^ byte]!;
  return ~checksum >>> 0;
}
