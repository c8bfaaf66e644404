import { brotliCompressSync, deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { bytesIn, gigabyte, inPython } from '../../kombu/fixtures/compression.ts';
import { UnreadableResultError } from '../errors.ts';
import {
  compressionPrefix,
  decodeDocument,
  encodeDocument,
  isCompressed,
  maxDocumentBytes,
  toPlainJson,
} from './storedBytes.ts';

const document = '[["é"], {}, {}]';
const plain = Buffer.from(document);

function compressedAs(type: string, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([compressionPrefix, Buffer.from(`${type}\0`), bytes]);
}

describe('a stored document', () => {
  test.each([
    ['is not compressed', plain],
    ['is compressed by encodeDocument', encodeDocument(document.repeat(100), 10) ?? Buffer.of()],
    ['is compressed with brotli', compressedAs('application/x-brotli', brotliCompressSync(plain))],
    ['is compressed with bzip2', compressedAs('application/x-bz2', bytesIn(inPython.bzip2.body))],
    ['is compressed with lzma', compressedAs('application/x-lzma', bytesIn(inPython.xz.body))],
  ])('is decompressed if it %s', async (_, stored) => {
    expect(Buffer.from(await toPlainJson(stored)).toString()).toMatch(/^(\[\["é"\], \{\}, \{\}\])+$/);
  });

  test.each([
    ['unknown', compressedAs('application/x-new', plain), 'application/x-new'],
    [
      'not the one that it names',
      compressedAs('application/x-bz2', deflateSync(plain)),
      'does not start with the bzip2 signature',
    ],
    ['a decompression bomb of bzip2', compressedAs('application/x-bz2', gigabyte.bzip2), 'more than 67108864 bytes'],
    ['a decompression bomb of xz', compressedAs('application/x-lzma', gigabyte.xz), 'more than 67108864 bytes'],
  ])('is refused if its compression is %s', async (_, stored, reason) => {
    await expect(toPlainJson(stored)).rejects.toThrow(UnreadableResultError);
    await expect(toPlainJson(stored)).rejects.toThrow(reason);
  });

  test('is decoded synchronously if Node has its compression; otherwise the error names the compression', () => {
    const json = '{"status": "SUCCESS"}';
    expect(decodeDocument(compressedAs('application/x-gzip', deflateSync(json)))).toBe(json);
    const stored = compressedAs('application/x-bz2', bytesIn(inPython.bzip2.body));
    expect(() => decodeDocument(stored)).toThrow(UnreadableResultError);
    expect(() => decodeDocument(stored)).toThrow('application/x-bz2');
  });
});

test('a document of the most bytes that fit into an item is stored as it is, and one with a byte more is compressed', () => {
  const stored = (bytes: number) => encodeDocument('x'.repeat(bytes), maxDocumentBytes);
  expect(stored(maxDocumentBytes)).toHaveLength(maxDocumentBytes);
  expect(isCompressed(stored(maxDocumentBytes + 1) ?? Buffer.of())).toBe(true);
});
