import { EncodeError } from '../errors.ts';
import { maxDepth } from '../pythonLimits.ts';
import { kombuTagOf } from '../taggedTypes.ts';
import { ownValue, type Tagged } from '../values.ts';
import { writeBigInt, writeNumber, writeString } from './jsonScalars.ts';

/** What to send instead of a value of a type that cannot be serialized. */
const hints: Readonly<Record<string, string>> = {
  Function: 'send what it returns, or the name of a task',
  Symbol: 'send its description',
  Set: 'send [...set]',
  Map: 'send Object.fromEntries(map), or [...map]',
  Promise: 'await it first',
  Error: 'throw it, or send its message',
  RegExp: 'send its source',
  ArrayBuffer: 'send new Uint8Array(buffer)',
};

/** The longest JSON that is written, in characters: what a message may have when it is decompressed. */
export const maxWrittenCharacters = 16 * 1024 * 1024;

/** Writes JSON like Python's `json.dumps` with Kombu's encoder. */
export class JsonWriter {
  readonly #ancestors: object[] = [];

  write(value: unknown, key: string | number = ''): string {
    switch (typeof value) {
      case 'string':
        return writeString(value);
      case 'number':
        return writeNumber(value);
      case 'boolean':
        return value ? 'true' : 'false';
      case 'bigint':
        return writeBigInt(value);
      case 'undefined':
        return 'null';
      case 'object':
        return value === null ? 'null' : this.#object(value, key);
      case 'function':
        throw unserializable('Function');
      case 'symbol':
        throw unserializable('Symbol');
    }
  }

  #object(value: object, key: string | number): string {
    const tagged = kombuTagOf(value);
    if (tagged !== undefined) return this.#tagged(tagged);
    if (!('toJSON' in value) || typeof value.toJSON !== 'function') return this.#container(value);

    const replacement: unknown = value.toJSON(String(key));
    if (typeof replacement !== 'object' || replacement === null) return this.write(replacement);
    const replacementTagged = kombuTagOf(replacement);
    // The toJSON of the replacement is not called, like in JSON.stringify: a value that returns itself would never end.
    return replacementTagged === undefined ? this.#container(replacement) : this.#tagged(replacementTagged);
  }

  #tagged({ type, value }: Tagged): string {
    return `{"__type__": ${writeString(type)}, "__value__": ${this.write(value)}}`;
  }

  #container(value: object): string {
    if (this.#ancestors.includes(value)) {
      throw new EncodeError('A value that contains itself is not JSON serializable: send a copy without the cycle.');
    }
    if (this.#ancestors.length >= maxDepth) {
      throw new EncodeError(
        `Python cannot read JSON that is nested deeper than ${maxDepth} levels: send it flattened.`,
      );
    }
    this.#ancestors.push(value);
    const text = Array.isArray(value) ? this.#array(value) : this.#entries(value);
    this.#ancestors.pop();
    return text;
  }

  #array(items: readonly unknown[]): string {
    let text = '[';
    for (let index = 0; index < items.length; index++) {
      if (index > 0) text += ', ';
      text += this.write(items[index], index);
      assertWritable(text);
    }
    return `${text}]`;
  }

  #entries(value: object): string {
    const type = typeName(value);
    if (wrapperTypes.has(type)) return this.write(value.valueOf());
    if (type !== 'Object') throw unserializable(type);
    let text = '{';
    for (const [key, item] of Object.entries(value)) {
      if (item === undefined) continue;
      if (text.length > 1) text += ', ';
      text += `${writeString(key)}: ${this.write(item, key)}`;
      assertWritable(text);
    }
    return `${text}}`;
  }
}

/** A value that occurs many times, such as the target of YAML's aliases, is written each time. */
function assertWritable(text: string): void {
  if (text.length > maxWrittenCharacters) {
    throw new EncodeError(
      `The value has more than ${maxWrittenCharacters} characters as JSON: send the place where it is stored.`,
    );
  }
}

const wrapperTypes: ReadonlySet<string> = new Set(['String', 'Number', 'Boolean', 'BigInt']);

/** Returns `Object` for plain objects and instances of most classes, and the name of a type of the language. */
function typeName(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null
    ? 'Object'
    : Object.prototype.toString.call(value).slice(8, -1);
}

function unserializable(type: string): EncodeError {
  const hint = ownValue(hints, type) ?? 'send plain data';
  return new EncodeError(`Object of type ${type} is not JSON serializable: ${hint}.`);
}
