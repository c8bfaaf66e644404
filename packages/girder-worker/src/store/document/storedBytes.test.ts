import { brotliCompressSync, deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { bytesIn, gigabyte, inPython } from '../../kombu/fixtures/compression.ts';
import { UnreadableResultError } from '../errors.ts';
import { compressionMark, decodeDocument, encodeDocument, toPlainJson } from './storedBytes.ts';

const document = '[["é"], {}, {}]';
const plain = Buffer.from(document);

function compressedAs(type: string, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([compressionMark, Buffer.from(`${type}\0`), bytes]);
}

describe('a stored document', () => {
  test.each([
    ['is not compressed', plain],
    ['is compressed as it is done here', encodeDocument(document.repeat(100), 10) ?? Buffer.of()],
    ['is compressed with brotli', compressedAs('application/x-brotli', brotliCompressSync(plain))],
    ['is compressed with bzip2', compressedAs('application/x-bz2', bytesIn(inPython.bzip2.body))],
    ['is compressed with lzma', compressedAs('application/x-lzma', bytesIn(inPython.xz.body))],
  ])('is unpacked where it %s', async (_, stored) => {
    expect(Buffer.from(await toPlainJson(stored)).toString()).toMatch(/^(\[\["é"\], \{\}, \{\}\])+$/);
  });

  test.each([
    ['unknown', compressedAs('application/x-new', plain), 'application/x-new'],
    ['not what it says', compressedAs('application/x-bz2', deflateSync(plain)), 'it does not begin as bzip2 does'],
    ['a bomb of bzip2', compressedAs('application/x-bz2', gigabyte.bzip2), 'more than 67108864 bytes'],
    ['a bomb of xz', compressedAs('application/x-lzma', gigabyte.xz), 'more than 67108864 bytes'],
  ])('is refused where its compression is %s', async (_, stored, reason) => {
    await expect(toPlainJson(stored)).rejects.toThrow(UnreadableResultError);
    await expect(toPlainJson(stored)).rejects.toThrow(reason);
  });

  test('is read at once where Node knows its compression, and refused by name where it must be unpacked first', () => {
    const json = '{"status": "SUCCESS"}';
    expect(decodeDocument(compressedAs('application/x-gzip', deflateSync(json)))).toBe(json);
    const stored = compressedAs('application/x-bz2', bytesIn(inPython.bzip2.body));
    expect(() => decodeDocument(stored)).toThrow(UnreadableResultError);
    expect(() => decodeDocument(stored)).toThrow('application/x-bz2');
  });
});
