import bitReader from 'unbzip2-stream/lib/bit_iterator.js';
import bzip2 from 'unbzip2-stream/lib/bzip2.js';
import { yieldToEventLoop } from '../../system/eventLoop.ts';
import { LimitError } from '../errors.ts';
import { BoundedOutput } from './boundedOutput.ts';

/** Holds one block of the largest size. All calls share it, because a block is read without a pause. */
const entries = new Int32Array(900_000);

// Allocates the other tables of the decoder, 35 KB, which all streams share, too.
bzip2.header(bitReader(() => Buffer.from('BZh9')));

/** The most compressed bytes. One block may contain all of them, and the package takes 0.5 microseconds for each. */
export const maxBzip2Bytes = 400_000;

/** The reasons of the package that concern more than damaged data, by a part of its error's message. */
const reasons: readonly (readonly [part: string, reason: string])[] = [
  ['crc32', 'a checksum of the bzip2 data is wrong'],
  ['obsolete', 'the bzip2 data has a randomised block, which only bzip2 0.9.0 and older wrote'],
];

/**
 * Decompresses bzip2. Like Python's `bz2.decompress`, it reads concatenated streams as one, and ignores bytes after the
 * last stream that do not start a further one.
 *
 * Rejects with RangeError if the bytes are not bzip2, with LimitError if there are more than `maxBzip2Bytes`, and with RangeError
 * with the code ERR_BUFFER_TOO_LARGE if the output has more than `maxOutputBytes`.
 */
export async function readBzip2(bytes: Uint8Array, maxOutputBytes: number): Promise<Buffer> {
  if (bytes.length > maxBzip2Bytes) {
    throw new LimitError(
      `bzip2 data may have ${maxBzip2Bytes} bytes, got ${bytes.length}: compress with zlib or brotli`,
    );
  }
  const output = new BoundedOutput(maxOutputBytes);
  let rest = bytes;
  do rest = await readStream(rest, output);
  while (blockBytesOf(rest) !== undefined);
  return output.since(0);
}

/**
 * Reads one stream. Returns the bytes after it. It uses the decoder of the package, and not its stream: the stream allocates
 * 3.6 MB for each block, and has no limit for its output.
 */
async function readStream(bytes: Uint8Array, output: BoundedOutput): Promise<Uint8Array> {
  const blockBytes = blockBytesOf(bytes);
  if (blockBytes === undefined)
    throw new RangeError('the data does not start with the bzip2 signature "BZh1" to "BZh9"');
  const blocks = bytes.subarray(4);
  const chunks = [blocks];
  const bits = bitReader(() => {
    const chunk = chunks.pop();
    if (!chunk) throw new RangeError('the bzip2 data is truncated');
    return chunk;
  });
  try {
    let checksum: number | null = 0;
    while (checksum !== null) {
      checksum = bzip2.decompress(bits, (byte) => output.push(byte), entries, blockBytes, checksum);
      await yieldToEventLoop(); // A block takes up to 200 ms.
    }
  } catch (cause) {
    throw cause instanceof RangeError ? cause : new RangeError(reasonOf(cause as Error), { cause });
  }
  return blocks.subarray(bits.bytesRead);
}

/** The block size of the stream that starts here, by its signature: "BZh" and the size in units of 100,000 bytes. */
function blockBytesOf(bytes: Uint8Array): number | undefined {
  const [, digit] = /^BZh([1-9])/.exec(Buffer.from(bytes.subarray(0, 4)).toString('latin1')) ?? [];
  return digit === undefined ? undefined : Number(digit) * 100_000;
}

function reasonOf({ message }: Error): string {
  return reasons.find(([part]) => message.includes(part))?.[1] ?? 'the bzip2 data is damaged';
}
