import { describe, expect, test } from 'vitest';
import { bytesIn, gigabyte, inPython, withOneBitWrong } from '../fixtures/compression.ts';
import { readXz } from './xzReader.ts';

const body = bytesIn(inPython.xz.body);
const text = '[["é"], {}, {}]';
const tooLarge = { name: 'RangeError', code: 'ERR_BUFFER_TOO_LARGE' };

describe('readXz', () => {
  test.each(['body', 'withCrc32', 'withoutChecksum', 'withPreset9'] as const)(
    'decompresses what Python compressed: %s',
    async (name) => {
      expect((await readXz(bytesIn(inPython.xz[name]), 100)).toString()).toBe(text);
    },
  );

  test('decompresses several streams as one', async () => {
    const bytes = Buffer.concat([body, bytesIn(inPython.xz.empty), body]);
    expect((await readXz(bytes, 100)).toString()).toBe(text + text);
  });

  test.each([
    ['alone', 'the data is not in the .xz container format'],
    ['withSha256', 'the xz data has an unsupported filter or checksum'],
    ['withDelta', 'the xz data has an unsupported filter or checksum'],
    ['withDictionaryOf96MiB', 'the xz dictionary has more than 64 MiB'],
  ] as const)('throws an error that names the unsupported feature: %s', async (name, reason) => {
    await expect(readXz(bytesIn(inPython.xz[name]), 100)).rejects.toThrow(new RangeError(reason));
  });
});

describe('readXz throws a RangeError', () => {
  test('if the data is truncated at any byte', async () => {
    for (let length = 0; length < body.length; length++) {
      await expect(readXz(body.subarray(0, length), 100), `${length} bytes`).rejects.toThrow(
        'the xz data is truncated',
      );
    }
  });

  test('for nearly every single wrong bit, and otherwise returns the right bytes', async () => {
    let thrown = 0;
    for (const damaged of withOneBitWrong(body)) {
      try {
        expect((await readXz(damaged, 100)).toString()).toBe(text);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        thrown += 1;
      }
    }
    expect(thrown).toBeGreaterThan(body.length * 8 - 16);
  });
});

describe('an output above the limit', () => {
  test('throws ERR_BUFFER_TOO_LARGE, and an output of exactly the limit does not', async () => {
    expect(await readXz(body, 16)).toHaveLength(16);
    await expect(readXz(body, 15)).rejects.toMatchObject(tooLarge);
    await expect(readXz(Buffer.concat([body, body]), 31)).rejects.toMatchObject(tooLarge);
  });

  test('of a gigabyte throws before it takes 50 MiB of memory', async () => {
    expect(gigabyte.xz).toHaveLength(156_316);
    const before = process.resourceUsage().maxRSS;
    await expect(readXz(gigabyte.xz, 1024 * 1024)).rejects.toMatchObject(tooLarge);
    expect(process.resourceUsage().maxRSS - before, 'KiB').toBeLessThan(50 * 1024);
  });
});

test('xz data is decompressed correctly while other data fails at the same time', async () => {
  const inputs = Array.from({ length: 30 }, (_, index) => [body, body.subarray(0, 40), gigabyte.xz][index % 3]!);
  const results = await Promise.allSettled(inputs.map((bytes) => readXz(bytes, 1024 * 1024)));
  for (const [index, result] of results.entries()) {
    if (index % 3 === 0) expect(result).toEqual({ status: 'fulfilled', value: Buffer.from(text) });
    else expect(result.status).toBe('rejected');
  }
});
