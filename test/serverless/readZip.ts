import { inflateRawSync } from 'node:zlib';

/**
 * Reads the files of a zip archive from its central directory (APPNOTE.TXT 4.3.12 and 4.3.16). Supports stored and deflated
 * entries, but neither encryption nor zip64.
 */
export function readZip(archive: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const end = archive.lastIndexOf('PK\x05\x06');
  if (end === -1) throw new Error('The file is not a zip archive: it has no end of central directory.');
  let at = archive.readUInt32LE(end + 16);
  for (let count = archive.readUInt16LE(end + 10); count > 0; count -= 1) {
    const nameLength = archive.readUInt16LE(at + 28);
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    files.set(name, contentOf(archive, at));
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return files;
}

function contentOf(archive: Buffer, centralHeader: number): Buffer {
  const method = archive.readUInt16LE(centralHeader + 10);
  const compressedSize = archive.readUInt32LE(centralHeader + 20);
  const localHeader = archive.readUInt32LE(centralHeader + 42);
  const start = localHeader + 30 + archive.readUInt16LE(localHeader + 26) + archive.readUInt16LE(localHeader + 28);
  const content = archive.subarray(start, start + compressedSize);
  if (method === 0) return content;
  if (method === 8) return inflateRawSync(content);
  throw new Error(`The compression method ${method} is not supported: only 0 (stored) and 8 (deflated) are.`);
}
