import { isUtf8 } from 'node:buffer';
import { maxDepth } from '../pythonLimits.ts';
import type { KombuValue } from '../values.ts';

/**
 * Reads MessagePack like Python's `unpackb(…, raw=False)`. Integers beyond 2^53 become bigints.
 *
 * Throws RangeError if the bytes are not MessagePack. The usual packages are not used because they allocate the length in a
 * header before they read on: a message of 100 bytes can name gigabytes, and crash the process.
 */
export function readMsgpack(bytes: Uint8Array): KombuValue {
  const reader = new MsgpackReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return reader.read();
}

class MsgpackReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  read(): KombuValue {
    const value = this.#value(0);
    if (this.#at < this.#bytes.length)
      throw new RangeError(`Bytes follow the end of the MessagePack value, at byte ${this.#at}`);
    return value;
  }

  #value(depth: number): KombuValue {
    if (depth > maxDepth) throw new RangeError(`MessagePack is nested deeper than ${maxDepth} levels`);
    const type = this.#uint(1);
    if (type <= 0x7f) return type;
    if (type <= 0x8f) return this.#map(type & 0x0f, depth);
    if (type <= 0x9f) return this.#array(type & 0x0f, depth);
    if (type <= 0xbf) return this.#string(type & 0x1f);
    if (type >= 0xe0) return type - 0x100;
    switch (type) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return Buffer.from(this.#take(this.#uint(1 << (type - 0xc4))));
      case 0xca:
        return this.#take(4).readFloatBE();
      case 0xcb:
        return this.#take(8).readDoubleBE();
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#uint(1 << (type - 0xcc));
      case 0xcf:
        return numberIfSafe(this.#take(8).readBigUInt64BE());
      case 0xd0:
      case 0xd1:
      case 0xd2: {
        const size = 1 << (type - 0xd0);
        return this.#take(size).readIntBE(0, size);
      }
      case 0xd3:
        return numberIfSafe(this.#take(8).readBigInt64BE());
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#string(this.#uint(1 << (type - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#array(this.#uint(2 << (type - 0xdc)), depth);
      case 0xde:
      case 0xdf:
        return this.#map(this.#uint(2 << (type - 0xde)), depth);
      default:
        throw new RangeError(
          `MessagePack has an extension or the invalid type 0x${type.toString(16)} at byte ${this.#at - 1}`,
        );
    }
  }

  #array(length: number, depth: number): KombuValue {
    const items: KombuValue[] = [];
    for (let index = 0; index < length; index++) items.push(this.#value(depth + 1));
    return items;
  }

  #map(length: number, depth: number): KombuValue {
    const entries: [string, KombuValue][] = [];
    for (let index = 0; index < length; index++) {
      const key = this.#value(depth + 1);
      if (typeof key !== 'string') throw new RangeError('MessagePack has a map with a key that is not a string');
      entries.push([key, this.#value(depth + 1)]);
    }
    return Object.fromEntries(entries); // Unlike an assignment, makes an own property of __proto__, too.
  }

  #string(length: number): string {
    const bytes = this.#take(length);
    if (!isUtf8(bytes)) throw new RangeError(`MessagePack has a string that is not UTF-8, before byte ${this.#at}`);
    return bytes.toString('utf8');
  }

  #uint(size: number): number {
    return this.#take(size).readUIntBE(0, size);
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError(`MessagePack is truncated at byte ${this.#bytes.length}`);
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }
}

function numberIfSafe(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}
