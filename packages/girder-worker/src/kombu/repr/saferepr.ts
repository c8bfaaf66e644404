import { kombuTagOf } from '../taggedTypes.ts';
import { OpaqueObject } from '../values.ts';
import { reprOfBytes, taggedRepr } from './taggedRepr.ts';

/** Celery's limits for argsrepr and kwargsrepr: characters, and levels of nesting. */
const maxLength = 1024;
const maxLevels = 3;

/** The positional arguments as Celery's `argsrepr` header shows them: a tuple, `(1, 'a')`, cut near 1024 characters. */
export function safereprOfArgs(args: readonly unknown[]): string {
  const writer = new ReprWriter();
  writer.items('(', args, args.length === 1 ? ',)' : ')');
  return writer.text;
}

/** A value as Celery shows it in logs and reprs: Python's `repr`, cut near 1024 characters and below three levels. */
export function saferepr(value: unknown): string {
  const writer = new ReprWriter();
  writer.value(value);
  return writer.text;
}

/** Celery's `saferepr`: when the text has grown too long, only the brackets that are still open are closed. */
class ReprWriter {
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
    const tagged = kombuTagOf(value);
    if (value instanceof Uint8Array) this.#write(reprOfBytes(value, this.#left));
    else if (value instanceof OpaqueObject) this.#write(truncate(`<${value.className} object>`, this.#left));
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

/** Not Python's own quoting, but Celery's: only the quotes are escaped. */
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
  return typeof value === 'number' ? number(value) : String(value);
}

function number(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  if (Object.is(value, -0)) return '-0.0';
  if (Number.isSafeInteger(value)) return String(value);
  const size = Math.abs(value);
  const text = size >= 1e16 || size < 1e-4 ? value.toExponential() : String(value);
  return text.replace(/e([-+])(\d)$/, 'e$10$2');
}
