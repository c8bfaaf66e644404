import { BoundedOutput } from '../boundedOutput.ts';
import { BitReader } from './bitReader.ts';
import { readBlock } from './readBlock.ts';

const blockMagic = 0x314159265359; // The digits of pi.
const endMagic = 0x177245385090; // The digits of the square root of pi.

/** Holds one block of the largest size. All calls share it, because a call is synchronous and reads one block at a time. */
const entries = new Uint32Array(900_000);

/**
 * Decompresses bzip2. Like Python's `bz2.decompress`, it reads concatenated streams as one, and ignores bytes after the
 * last stream that do not start a further one.
 *
 * Throws RangeError if the bytes are not bzip2, and RangeError with the code ERR_BUFFER_TOO_LARGE if the output has more
 * than `maxOutputBytes`.
 *
 * The format is that of Julian Seward's bzip2 1.0, as described in Joe Tsai's "BZIP2: Format Specification" (2016). The
 * package `seek-bzip` 2.0.0 cannot be used instead: it allocates the largest block size, 3.6 MB, for each block. 2 KB of
 * one-byte blocks take 90 MiB with it, and 786 KB of them take 34 seconds.
 */
export function readBzip2(bytes: Uint8Array, maxOutputBytes: number): Buffer {
  const output = new BoundedOutput(maxOutputBytes);
  let rest = bytes;
  do rest = readStream(rest, output);
  while (blockSizeOf(rest) !== undefined);
  return output.since(0);
}

/** Reads one stream. Returns the bytes after it. */
function readStream(bytes: Uint8Array, output: BoundedOutput): Uint8Array {
  const blockSize = blockSizeOf(bytes);
  if (blockSize === undefined)
    throw new RangeError('the data does not start with the bzip2 signature "BZh1" to "BZh9"');
  const reader = new BitReader(bytes.subarray(4));
  let streamChecksum = 0;
  while (startsBlock(reader)) {
    const checksum = reader.uint32();
    const start = output.length;
    readBlock(reader, entries.subarray(0, blockSize), output);
    if (checksumOf(output.since(start)) !== checksum) throw new RangeError('the checksum of a bzip2 block is wrong');
    streamChecksum = ((streamChecksum << 1) | (streamChecksum >>> 31)) ^ checksum;
  }
  if (reader.uint32() !== streamChecksum >>> 0) throw new RangeError('the checksum of a bzip2 stream is wrong');
  return reader.unreadBytes();
}

/** Returns the block size in bytes from the signature of a stream: "BZh" and the size in units of 100,000. */
function blockSizeOf(bytes: Uint8Array): number | undefined {
  const [, digit] = /^BZh([1-9])/.exec(Buffer.from(bytes.subarray(0, 4)).toString('latin1')) ?? [];
  return digit === undefined ? undefined : Number(digit) * 100_000;
}

function startsBlock(reader: BitReader): boolean {
  const magic = reader.bits(24) * 0x1000000 + reader.bits(24);
  if (magic !== blockMagic && magic !== endMagic)
    throw new RangeError('the bzip2 data has neither a block nor the end of the stream at an expected position');
  return magic === blockMagic;
}

/** The CRC-32 of each byte with the highest bit first, which is not the order of zlib's CRC-32. */
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
