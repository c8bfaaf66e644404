import { createHash } from 'node:crypto';
import { withUuidDashes } from '../../kombu/values.ts';

/**
 * Returns a function that returns one UUID after the other. The same parts yield the same sequence: a message that is
 * published twice for the same reason has the same id, and runs once.
 */
export function derivedIds(...parts: readonly string[]): () => string {
  const seed = JSON.stringify(['girder-worker', ...parts]);
  let count = 0;
  return () => uuidOf(`${seed}#${count++}`);
}

/** A UUID of version 5: the first 16 bytes of a SHA-1 hash, with the bits of version and variant set. */
function uuidOf(name: string): string {
  const bytes = createHash('sha1').update(name).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return withUuidDashes(bytes.toString('hex'));
}
