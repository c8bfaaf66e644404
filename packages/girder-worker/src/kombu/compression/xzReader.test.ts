import { describe, expect, test } from 'vitest';
import { bytesIn, gigabyte, inPython, withOneBitWrong } from '../fixtures/compression.ts';
import { readXz } from './xzReader.ts';

const body = bytesIn(inPython.xz.body);
const text = '[["é"], {}, {}]';
const tooLarge = { name: 'RangeError', code: 'ERR_BUFFER_TOO_LARGE' };

describe('what Python has compressed', () => {
  test.each(['body', 'withCrc32', 'withoutChecksum', 'withPreset9'] as const)('comes out again: %s', async (name) => {
    expect((await readXz(bytesIn(inPython.xz[name]), 100)).toString()).toBe(text);
  });

  test('comes out as one where there are several streams', async () => {
    const bytes = Buffer.concat([body, bytesIn(inPython.xz.empty), body]);
    expect((await readXz(bytes, 100)).toString()).toBe(text + text);
  });

  test.each([
    ['alone', 'it is no .xz container'],
    ['withSha256', 'it has a filter or a checksum that is not read here'],
    ['withDelta', 'it has a filter or a checksum that is not read here'],
    ['withDictionaryOf96MiB', 'it asks for a dictionary of more than 64 MiB'],
  ] as const)('is refused, and why, where its reader is not meant for it: %s', async (name, reason) => {
    await expect(readXz(bytesIn(inPython.xz[name]), 100)).rejects.toThrow(new RangeError(reason));
  });
});

describe('what no xz has written', () => {
  test('is refused wherever it was cut', async () => {
    for (let length = 0; length < body.length; length++) {
      await expect(readXz(body.subarray(0, length), 100), `${length} bytes`).rejects.toThrow('it ends too early');
    }
  });

  test('is refused, or not harmed, with a bit wrong', async () => {
    let refused = 0;
    for (const spoilt of withOneBitWrong(body)) {
      try {
        expect((await readXz(spoilt, 100)).toString()).toBe(text);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(body.length * 8 - 16);
  });
});

describe('more than the limit', () => {
  test('is refused, and exactly as much is not', async () => {
    expect(await readXz(body, 16)).toHaveLength(16);
    await expect(readXz(body, 15)).rejects.toMatchObject(tooLarge);
    await expect(readXz(Buffer.concat([body, body]), 31)).rejects.toMatchObject(tooLarge);
  });

  test('is refused before it takes memory', async () => {
    expect(gigabyte.xz).toHaveLength(156_316);
    const before = process.resourceUsage().maxRSS;
    await expect(readXz(gigabyte.xz, 1024 * 1024)).rejects.toMatchObject(tooLarge);
    expect(process.resourceUsage().maxRSS - before, 'KiB').toBeLessThan(50 * 1024);
  });
});

test('those that are read at the same time come out whole, whatever becomes of the others', async () => {
  const fates = Array.from({ length: 30 }, (_, index) => [body, body.subarray(0, 40), gigabyte.xz][index % 3]!);
  const results = await Promise.allSettled(fates.map((bytes) => readXz(bytes, 1024 * 1024)));
  for (const [index, result] of results.entries()) {
    if (index % 3 === 0) expect(result).toEqual({ status: 'fulfilled', value: Buffer.from(text) });
    else expect(result.status).toBe('rejected');
  }
});
