import { describe, expect, test } from 'vitest';
import { LimitError } from '../errors.ts';
import { bytesIn, gigabyte, inPython, runLengths, withOneBitWrong } from '../fixtures/compression.ts';
import { maxBzip2Bytes, readBzip2 } from './bzip2Reader.ts';

const body = bytesIn(inPython.bzip2.body);
const text = '[["é"], {}, {}]';
const squares = Array.from({ length: 200 }, (_, number) => number * number).join(' ');
const blocks = 'abc'.repeat(100_000);
const runs = runLengths.map((length, index) => 'abc'.charAt(index % 3).repeat(length)).join('');

describe('readBzip2 decompresses', () => {
  test.each([
    ['no bytes', inPython.bzip2.empty, ''],
    ['a short text', inPython.bzip2.body, text],
    ['a text with several Huffman codes', inPython.bzip2.squares, squares],
    ['several blocks', inPython.bzip2.blocks, blocks],
    ['runs of the lengths around which their encoding changes', inPython.bzip2.runs, runs],
  ])('%s as Python compressed it', async (_, base64, expected) => {
    expect((await readBzip2(bytesIn(base64), 300_000)).toString() === expected).toBe(true);
  });

  test('several streams with different block sizes as one', async () => {
    const streams = ['empty', 'body', 'blocks', 'empty', 'runs'] as const;
    const bytes = Buffer.concat(streams.map((name) => bytesIn(inPython.bzip2[name])));
    expect((await readBzip2(bytes, 400_000)).toString() === text + blocks + runs).toBe(true);
  });

  test.each(['garbage', '\0\0\0\0', 'BZh0', 'B'])(
    'a stream that %j follows, and ignores what follows, like Python',
    async (rest) => {
      expect((await readBzip2(Buffer.concat([body, Buffer.from(rest)]), 100)).toString()).toBe(text);
    },
  );
});

describe('readBzip2 throws a RangeError', () => {
  test('if the data is truncated at any byte', async () => {
    for (let length = 0; length < body.length; length++) {
      await expect(readBzip2(body.subarray(0, length), 100), `${length} bytes`).rejects.toThrow(RangeError);
    }
    await expect(readBzip2(Buffer.concat([body, body.subarray(0, 20)]), 100)).rejects.toThrow(
      'the bzip2 data is truncated',
    );
  });

  test.each(['body', 'squares', 'runs'] as const)(
    'for nearly every single wrong bit in the data "%s", and otherwise returns the right bytes',
    async (name) => {
      const bytes = bytesIn(inPython.bzip2[name]);
      const right = await readBzip2(bytes, 10_000);
      let thrown = 0;
      for (const damaged of withOneBitWrong(bytes)) {
        try {
          expect((await readBzip2(damaged, 10_000)).equals(right)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          thrown += 1;
        }
      }
      // These bits may be wrong: a block size that is still large enough, unused Huffman codes, and the padding at the end.
      expect(thrown).toBeGreaterThan(bytes.length * 8 * 0.9);
    },
  );

  test.each([
    ['other bytes', Buffer.from(text), 'does not start with the bzip2 signature'],
    ['a wrong checksum of the stream', Buffer.from('BZh9\x17\x72\x45\x38\x50\x90\0\0\0\x01', 'latin1'), 'checksum'],
    ['a randomised block', withBitsSet(14, 0x80), 'randomised'],
  ])('that names the reason: %s', async (_, bytes, reason) => {
    await expect(readBzip2(bytes, 100)).rejects.toThrow(reason);
  });
});

describe('an output above the limit', () => {
  const tooLarge = expect.objectContaining({ name: 'RangeError', code: 'ERR_BUFFER_TOO_LARGE' });

  test('throws ERR_BUFFER_TOO_LARGE, and an output of exactly the limit does not', async () => {
    const bytes = bytesIn(inPython.bzip2.runs);
    expect(await readBzip2(bytes, runs.length)).toHaveLength(runs.length);
    await expect(readBzip2(bytes, runs.length - 1)).rejects.toThrow(tooLarge);
    await expect(readBzip2(Buffer.concat([bytes, bytes]), runs.length * 2 - 1)).rejects.toThrow(tooLarge);
  });

  test('of a gigabyte throws before it takes 50 MiB of memory', async () => {
    expect(gigabyte.bzip2).toHaveLength(785);
    const before = process.resourceUsage().maxRSS;
    await expect(readBzip2(gigabyte.bzip2, 1024 * 1024)).rejects.toThrow(tooLarge);
    expect(process.resourceUsage().maxRSS - before, 'KiB').toBeLessThan(50 * 1024);
  });
});

test('more compressed bytes than the limit throw a LimitError, and exactly as many do not', async () => {
  const bytes = Buffer.alloc(maxBzip2Bytes + 1);
  body.copy(bytes); // What follows the stream is ignored.
  expect((await readBzip2(bytes.subarray(0, -1), 100)).toString()).toBe(text);
  await expect(readBzip2(bytes, 100)).rejects.toThrow(LimitError);
});

test('28,000 empty streams take less than 50 MiB of memory', async () => {
  const bytes = Buffer.concat(Array<Buffer>(28_000).fill(bytesIn(inPython.bzip2.empty)));
  const before = process.resourceUsage().maxRSS;
  expect(await readBzip2(bytes, 100)).toHaveLength(0);
  expect(process.resourceUsage().maxRSS - before, 'KiB').toBeLessThan(50 * 1024);
});

test('1,000 blocks of one byte in one stream take less than 50 MiB of memory', async () => {
  const bytes = repeatBlock(bytesIn(inPython.bzip2.oneByte), 1000);
  const before = process.resourceUsage().maxRSS;
  expect(await readBzip2(bytes, 1000)).toEqual(Buffer.alloc(1000, 'a'));
  expect(process.resourceUsage().maxRSS - before, 'KiB').toBeLessThan(50 * 1024);
});

/** Returns a stream that contains the only block of `stream` `times` times. Blocks are not aligned to bytes. */
function repeatBlock(stream: Buffer, times: number): Buffer {
  const bits = Array.from(stream, (byte) => byte.toString(2).padStart(8, '0')).join('');
  const end = (0x177245385090).toString(2).padStart(48, '0');
  const block = bits.slice(32, bits.indexOf(end));
  const checksum = Number.parseInt(block.slice(48, 80), 2);
  let streamChecksum = 0;
  for (let i = 0; i < times; i++) streamChecksum = ((streamChecksum << 1) | (streamChecksum >>> 31)) ^ checksum;
  const checksumBits = (streamChecksum >>> 0).toString(2).padStart(32, '0');
  const octets = `${bits.slice(0, 32)}${block.repeat(times)}${end}${checksumBits}0000000`.match(/.{8}/g)!;
  return Buffer.from(octets.map((octet) => Number.parseInt(octet, 2)));
}

function withBitsSet(at: number, bits: number): Buffer {
  const bytes = Buffer.from(body);
  bytes[at]! |= bits;
  return bytes;
}
