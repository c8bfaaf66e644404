import { isUtf8 } from 'node:buffer';
import { kombuTagOf } from '../taggedTypes.ts';
import { pythonClassOf } from '../values.ts';
import { pythonNumberRepr } from './pythonRepr.ts';
import { taggedRepr } from './taggedRepr.ts';

/** Celery's limits for the headers `argsrepr` and `kwargsrepr`: characters, and levels of nesting. */
const maxLength = 1024;
const maxLevels = 3;

/** Returns the value of Celery's header `argsrepr`: the arguments as a tuple, `(1, 'a')`, with the limits of `saferepr`. */
export function safereprOfArgs(args: readonly unknown[]): string {
  const writer = new SafereprWriter();
  writer.items('(', args, args.length === 1 ? ',)' : ')');
  return writer.text;
}

/**
 * Returns Celery's `celery.utils.saferepr` of a value, which Celery uses in logs and headers: a `repr` of about 1024
 * characters and three levels of nesting at most.
 */
export function saferepr(value: unknown): string {
  const writer = new SafereprWriter();
  writer.value(value);
  return writer.text;
}

/** When the text has reached its limit, only the open brackets are closed. */
class SafereprWriter {
  text = '';
  #left = maxLength;
  #level = 0;
  #isCut: boolean = false;

  value(value: unknown): void {
    if (typeof value === 'string') this.#write(quote(value, this.#left));
    else if (typeof value !== 'object' || value === null) this.#write(truncate(scalar(value), this.#left));
    else if (Array.isArray(value)) this.items('[', value, ']');
    else this.#object(value);
  }

  items(open: string, items: readonly unknown[], close: string): void {
    this.#container(open, close, () => {
      for (const [index, item] of items.entries()) {
        if (this.#isCut) return;
        if (index > 0) this.#write(', ');
        this.value(item);
      }
    });
  }

  #object(value: object): void {
    const className = pythonClassOf(value);
    const tagged = kombuTagOf(value);
    if (value instanceof Uint8Array) this.#write(safeBytesRepr(value, this.#left));
    else if (className !== undefined) this.#write(truncate(`<${className} object>`, this.#left));
    else if (tagged !== undefined) this.#write(truncate(taggedRepr(tagged), this.#left));
    else this.#entries(value);
  }

  #entries(value: object): void {
    this.#container('{', '}', () => {
      for (const [index, [key, item]] of Object.entries(value).entries()) {
        if (this.#isCut) return;
        if (index > 0) this.#write(', ');
        this.#write(quote(key, this.#left));
        this.#write(': ');
        this.value(item);
      }
    });
  }

  #container(open: string, close: string, writeItems: () => void): void {
    const isTooDeep = this.#level >= maxLevels;
    this.#write(isTooDeep ? `${open}...${close}` : open);
    if (isTooDeep || this.#isCut) return;
    this.#level += 1;
    writeItems();
    this.#level -= 1;
    this.text += close;
    this.#left -= close.length;
  }

  #write(part: string): void {
    if (this.#isCut) return;
    this.#isCut = this.#left <= 0;
    this.text += this.#isCut ? ', ...' : part;
    this.#left -= part.length;
  }
}

/** Celery escapes only the single quotes, unlike Python's own `repr`. */
function quote(text: string, left: number): string {
  return `'${truncate(text, left).replaceAll("'", "\\'")}'`;
}

function truncate(text: string, left: number): string {
  if (left <= 0 || text.length < left) return text;
  const characters = Array.from(text.slice(0, 2 * left)); // Python counts characters, not UTF-16 units.
  if (characters.length < left) return text;
  const head = characters.slice(0, left).join('');
  const space = head.lastIndexOf(' ');
  return `${space === -1 ? head : head.slice(0, space)}...`;
}

function scalar(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  return typeof value === 'number' ? pythonNumberRepr(value) : String(value);
}

/** Celery shows bytes as text if they are UTF-8, and in hexadecimal otherwise. */
function safeBytesRepr(bytes: Uint8Array, left: number): string {
  const isCut = left > 0 && bytes.length > left;
  const shown = Buffer.from(isCut ? bytes.subarray(0, left) : bytes);
  const text = isUtf8(shown) ? shown.toString('utf8') : shown.toString('hex');
  return `b'${text}${isCut ? '...' : ''}'`;
}
