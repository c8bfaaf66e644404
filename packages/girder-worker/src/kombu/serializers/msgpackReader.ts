import { isUtf8 } from 'node:buffer';
import { DecodeBudget, type KnownShapes, readWithShapesIfHeavy, weights } from '../budget.ts';
import { maxDepth } from '../pythonLimits.ts';
import { type KombuValue, setOwn } from '../values.ts';

/**
 * Reads MessagePack like Python's `unpackb(…, raw=False)`. Integers beyond 2^53 become bigints.
 *
 * Throws RangeError if the bytes are not MessagePack, and LimitError if the values weigh more than those of a message may. The usual
 * packages are not used because they allocate the length in a header before they read on: a message of 100 bytes can name gigabytes, and
 * crash the process.
 */
export function readMsgpack(bytes: Uint8Array): KombuValue {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return readWithShapesIfHeavy((shapes) => new MsgpackReader(buffer, shapes).read());
}

class MsgpackReader {
  readonly #bytes: Buffer;
  readonly #budget = new DecodeBudget();
  readonly #shapes: KnownShapes | undefined;
  #at = 0;

  constructor(bytes: Buffer, shapes?: KnownShapes) {
    this.#bytes = bytes;
    this.#shapes = shapes;
  }

  read(): KombuValue {
    const value = this.#value(0);
    if (this.#at < this.#bytes.length)
      throw new RangeError(`Bytes follow the end of the MessagePack value, at byte ${this.#at}`);
    return value;
  }

  #value(depth: number): KombuValue {
    if (depth > maxDepth) throw new RangeError(`MessagePack is nested deeper than ${maxDepth} levels`);
    this.#budget.charge(weights.value);
    const type = this.#byte();
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
        return this.#binary(this.#uint(1 << (type - 0xc4)));
      case 0xca:
        return this.#take(4).readFloatBE();
      case 0xcb:
        return this.#take(8).readDoubleBE();
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#uint(1 << (type - 0xcc));
      case 0xcf:
        return this.#integer(this.#take(8).readBigUInt64BE());
      case 0xd0:
      case 0xd1:
      case 0xd2: {
        const size = 1 << (type - 0xd0);
        return this.#take(size).readIntBE(0, size);
      }
      case 0xd3:
        return this.#integer(this.#take(8).readBigInt64BE());
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
    this.#budget.charge(weights.container);
    const items: KombuValue[] = [];
    for (let index = 0; index < length; index++) items.push(this.#value(depth + 1));
    return items;
  }

  #map(length: number, depth: number): KombuValue {
    this.#budget.charge(weights.container);
    this.#shapes?.enter(depth);
    const map: Record<string, KombuValue> = {};
    for (let index = 0; index < length; index++) {
      const key = this.#value(depth + 1);
      if (typeof key !== 'string') throw new RangeError('MessagePack has a map with a key that is not a string');
      this.#budget.charge(this.#shapes ? this.#shapes.weightOfKey(depth, key) : weights.key);
      setOwn(map, key, this.#value(depth + 1));
    }
    return map;
  }

  #binary(length: number): Buffer {
    this.#budget.charge(weights.object);
    return Buffer.from(this.#take(length));
  }

  /** Returns a number if it is exact. */
  #integer(integer: bigint): number | bigint {
    const number = Number(integer);
    if (Number.isSafeInteger(number)) return number;
    this.#budget.charge(weights.object);
    return integer;
  }

  #string(length: number): string {
    const bytes = this.#take(length);
    if (!isUtf8(bytes)) throw new RangeError(`MessagePack has a string that is not UTF-8, before byte ${this.#at}`);
    return bytes.toString('utf8');
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw this.#truncated();
    this.#at += 1;
    return byte;
  }

  #uint(size: number): number {
    return this.#take(size).readUIntBE(0, size);
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw this.#truncated();
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  #truncated(): RangeError {
    return new RangeError(`MessagePack is truncated at byte ${this.#bytes.length}`);
  }
}
