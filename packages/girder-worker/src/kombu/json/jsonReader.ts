import { DecodeBudget, weights } from '../budget.ts';
import { PythonJsonError } from '../errors.ts';
import { maxDepth, maxIntegerDigits } from '../pythonLimits.ts';
import { kombuTypes } from '../taggedTypes.ts';
import { type KombuValue, setOwn } from '../values.ts';
import { endOfString } from './assertLightJson.ts';

const numberPattern = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y;
const controlCharacter = /[^ -\uffff]/;

/** Parses a JSON text of Python in one pass. It is for texts that `JSON.parse` rejects, or whose integers it would round. */
export class JsonReader {
  readonly #text: string;
  /** For tagged values, and for integers beyond 2^53. `assertLightJson` has weighed the rest. */
  readonly #budget = new DecodeBudget();
  #at = 0;
  #depth = 0;
  /** The position of the next backslash, -1 if there is none, so that a text without backslashes is searched only once. */
  #backslash: number;

  constructor(text: string) {
    this.#text = text;
    this.#backslash = text.indexOf('\\');
  }

  read(): KombuValue {
    const value = this.#value();
    if (this.#next() !== '') throw this.#unexpected('the end of the text');
    return value;
  }

  #value(): KombuValue {
    switch (this.#next()) {
      case '"':
        return this.#string();
      case '[':
        return this.#array();
      case '{':
        return this.#object();
      case 'n':
        return this.#word('null', null);
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'N':
        return this.#word('NaN', Number.NaN);
      case 'I':
        return this.#word('Infinity', Number.POSITIVE_INFINITY);
      case '-':
        if (this.#text[this.#at + 1] === 'I') return this.#word('-Infinity', Number.NEGATIVE_INFINITY);
        return this.#number();
      default:
        return this.#number();
    }
  }

  #word(word: string, value: KombuValue): KombuValue {
    if (!this.#text.startsWith(word, this.#at)) throw this.#unexpected('a value');
    this.#at += word.length;
    return value;
  }

  #array(): KombuValue {
    this.#enter();
    const items: KombuValue[] = [];
    if (!this.#skip(']')) {
      do items.push(this.#value());
      while (this.#skip(','));
      this.#expect(']');
    }
    this.#depth -= 1;
    return items;
  }

  #object(): KombuValue {
    this.#enter();
    const object: Record<string, KombuValue> = {};
    if (!this.#skip('}')) {
      do {
        if (this.#next() !== '"') throw this.#unexpected('a key');
        const key = this.#string();
        this.#expect(':');
        setOwn(object, key, this.#value());
      } while (this.#skip(','));
      this.#expect('}');
    }
    this.#depth -= 1;
    return this.#untagged(object);
  }

  /** Moves behind the bracket or brace at the current position. */
  #enter(): void {
    this.#at += 1;
    this.#depth += 1;
    if (this.#depth > maxDepth) throw new PythonJsonError(`JSON is nested deeper than ${maxDepth} levels`);
  }

  /** Returns the value of the named type if the dict has exactly the two keys of a tag, and otherwise the dict. */
  #untagged(object: Record<string, KombuValue>): KombuValue {
    const { __type__: type, __value__: value } = object;
    if (type === undefined || value === undefined || Object.keys(object).length !== 2) return object;
    if (typeof type !== 'string') throw new PythonJsonError('JSON has a __type__ that is not a string');
    this.#budget.charge(weights.tagged);
    const read = kombuTypes.get(type);
    if (read === undefined) throw new PythonJsonError(`JSON has the unknown __type__ "${type.slice(0, 80)}"`);
    try {
      return read(value);
    } catch (cause) {
      throw new PythonJsonError(`JSON has a __value__ that is not a valid "${type}"`, { cause });
    }
  }

  #string(): string {
    const start = this.#at;
    const end = endOfString(this.#text, start);
    if (end >= this.#text.length) throw this.#unexpected('the end of this string');
    if (this.#backslash !== -1 && this.#backslash < start) this.#backslash = this.#text.indexOf('\\', start);
    const escaped = this.#backslash !== -1 && this.#backslash < end;
    this.#at = end + 1;
    const inner = this.#text.slice(start + 1, end);
    if (controlCharacter.test(inner)) throw this.#unexpected('a string without control characters');
    return escaped ? this.#unescape(inner, start) : inner;
  }

  #unescape(inner: string, start: number): string {
    try {
      return JSON.parse(`"${inner}"`) as string;
    } catch (cause) {
      throw new PythonJsonError(`JSON has an invalid escape in the string at character ${start}`, { cause });
    }
  }

  #number(): number | bigint {
    numberPattern.lastIndex = this.#at;
    const match = numberPattern.exec(this.#text);
    if (match === null) throw this.#unexpected('a value');
    const [digits, fraction, exponent] = match;
    this.#at += digits.length;
    const isInteger = fraction === undefined && exponent === undefined;
    if (isInteger && digits.replace('-', '').length > maxIntegerDigits) {
      throw new PythonJsonError(`JSON has an integer of more than ${maxIntegerDigits} digits`);
    }
    const number = Number(digits);
    if (!isInteger || Number.isSafeInteger(number)) return number;
    this.#budget.charge(weights.object + digits.length / 2);
    return BigInt(digits);
  }

  /** Moves to the next character that is not white space and returns it; '' at the end. */
  #next(): string {
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code > 0x20 || (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09))
        return this.#text.charAt(this.#at);
    }
    return '';
  }

  /** Moves behind the next character if it is `character`. Returns whether it is. */
  #skip(character: string): boolean {
    if (this.#next() !== character) return false;
    this.#at += 1;
    return true;
  }

  #expect(character: string): void {
    if (!this.#skip(character)) throw this.#unexpected(`"${character}"`);
  }

  #unexpected(expected: string): PythonJsonError {
    const found = this.#text.slice(this.#at, this.#at + 20);
    return new PythonJsonError(`JSON must have ${expected} at character ${this.#at}, got ${JSON.stringify(found)}`);
  }
}
