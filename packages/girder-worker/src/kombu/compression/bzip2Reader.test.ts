import { describe, expect, test } from 'vitest';
import { bytesIn, gigabyte, inPython, runLengths, withOneBitWrong } from '../fixtures/compression.ts';
import { readBzip2 } from './bzip2Reader.ts';

const body = bytesIn(inPython.bzip2.body);
const text = '[["é"], {}, {}]';
const squares = Array.from({ length: 200 }, (_, number) => number * number).join(' ');
const blocks = 'abc'.repeat(100_000);
const runs = runLengths.map((length, index) => 'abc'.charAt(index % 3).repeat(length)).join('');

describe('what Python has compressed', () => {
  test.each([
    ['nothing', inPython.bzip2.empty, ''],
    ['a short text', inPython.bzip2.body, text],
    ['a text for which codes take turns', inPython.bzip2.squares, squares],
    ['several blocks', inPython.bzip2.blocks, blocks],
    ['runs of the lengths at which they are written in another way', inPython.bzip2.runs, runs],
  ])('comes out again: %s', (_, base64, expected) => {
    expect(readBzip2(bytesIn(base64), 300_000).toString() === expected).toBe(true);
  });

  test('comes out as one where there are several streams, of blocks of different sizes', () => {
    const streams = ['empty', 'body', 'blocks', 'empty', 'runs'] as const;
    const bytes = Buffer.concat(streams.map((name) => bytesIn(inPython.bzip2[name])));
    expect(readBzip2(bytes, 400_000).toString() === text + blocks + runs).toBe(true);
  });

  test.each(['garbage', '\0\0\0\0', 'BZh0', 'B'])('comes out although %j follows it, as in Python', (rest) => {
    expect(readBzip2(Buffer.concat([body, Buffer.from(rest)]), 100).toString()).toBe(text);
  });
});

describe('what no bzip2 has written', () => {
  test('is refused wherever it was cut', () => {
    for (let length = 0; length < body.length; length++) {
      expect(() => readBzip2(body.subarray(0, length), 100), `${length} bytes`).toThrow(RangeError);
    }
    expect(() => readBzip2(Buffer.concat([body, body.subarray(0, 20)]), 100)).toThrow('it ends too early');
  });

  test.each(['body', 'squares', 'runs'] as const)('is refused, or not harmed, with a bit wrong in %s', (name) => {
    const bytes = bytesIn(inPython.bzip2[name]);
    const right = readBzip2(bytes, 10_000);
    let refused = 0;
    for (const spoilt of withOneBitWrong(bytes)) {
      try {
        expect(readBzip2(spoilt, 10_000).equals(right)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        refused += 1;
      }
    }
    // What may be wrong: the size of the blocks, as long as they fit, codes that are not used, and what fills up the end.
    expect(refused).toBeGreaterThan(bytes.length * 8 * 0.9);
  });

  test.each([
    ['other bytes', Buffer.from(text), 'it does not begin as bzip2 does'],
    ['another checksum of the whole', Buffer.from('BZh9\x17\x72\x45\x38\x50\x90\0\0\0\x01', 'latin1'), 'checksum'],
    ['a randomised block', spoilt(14, 0x80), 'randomised'],
  ])('is refused, and why: %s', (_, bytes, reason) => {
    expect(() => readBzip2(bytes, 100)).toThrow(reason);
  });
});

describe('more than the limit', () => {
  const tooLarge = expect.objectContaining({ name: 'RangeError', code: 'ERR_BUFFER_TOO_LARGE' });

  test('is refused, and exactly as much is not', () => {
    const bytes = bytesIn(inPython.bzip2.runs);
    expect(readBzip2(bytes, runs.length)).toHaveLength(runs.length);
    expect(() => readBzip2(bytes, runs.length - 1)).toThrow(tooLarge);
    expect(() => readBzip2(Buffer.concat([bytes, bytes]), runs.length * 2 - 1)).toThrow(tooLarge);
  });

  test('is refused before it takes memory', () => {
    expect(gigabyte.bzip2).toHaveLength(785);
    const before = process.resourceUsage().maxRSS;
    expect(() => readBzip2(gigabyte.bzip2, 1024 * 1024)).toThrow(tooLarge);
    expect(process.resourceUsage().maxRSS - before, 'KiB').toBeLessThan(50 * 1024);
  });
});

test('tens of thousands of streams that hold nothing take no memory', () => {
  const bytes = Buffer.concat(Array<Buffer>(50_000).fill(bytesIn(inPython.bzip2.empty)));
  const before = process.resourceUsage().maxRSS;
  expect(readBzip2(bytes, 100)).toHaveLength(0);
  expect(process.resourceUsage().maxRSS - before, 'KiB').toBeLessThan(50 * 1024);
});

function spoilt(at: number, bits: number): Buffer {
  const bytes = Buffer.from(body);
  bytes[at]! |= bits;
  return bytes;
}
