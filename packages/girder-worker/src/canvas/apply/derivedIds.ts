import { createHash } from 'node:crypto';

/**
 * Ids that follow from where they are used: the same parts give the same sequence of UUIDs, so that what is published
 * twice for one reason has one id, and runs once.
 */
export function derivedIds(...parts: readonly string[]): () => string {
  const seed = JSON.stringify(['girder-worker', ...parts]);
  let count = 0;
  return () => uuidOf(`${seed}#${count++}`);
}

/** A UUID of version 5: of a SHA-1, with the bits that tell so. */
function uuidOf(name: string): string {
  const bytes = createHash('sha1').update(name).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
