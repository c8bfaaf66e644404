import { isObject, type KombuObject, type KombuValue } from '../values.ts';

type Container = KombuObject | readonly KombuValue[];

/** Objects that are written without anything that a reference could mean. */
const leafTags = ['py/b64', 'py/b85', 'py/type', 'py/function'];

/** Tags after which we would count otherwise than jsonpickle. */
const unsupportedTags = ['py/iterator', 'py/mod', 'py/repr', 'py/ref'];

/** What jsonpickle reads of an object before its attributes, and after them. */
const readFirst = ['py/newargsex', 'py/newargs', 'py/initargs'];
const readLast = ['py/seq', 'py/state'];

/**
 * Puts in the place of each `{"py/id": n}` what it refers to: the n-th list, dict or object in jsonpickle's order.
 *
 * Changes what it is given. Throws RangeError for a reference that leads nowhere, leads to what it is part of, or
 * cannot be followed with certainty.
 */
export function resolveReferences(root: KombuValue): KombuValue {
  return new Resolver().resolve(root);
}

class Resolver {
  readonly #counted: Container[] = [];
  /** Those whose parts are being read. */
  readonly #open = new Set<Container>();
  /** What has made the count unsure; no matter unless there is a reference. */
  #doubt: string | undefined;

  resolve(node: KombuValue): KombuValue {
    if (Array.isArray(node)) return this.#count(node, () => this.#resolveItems(node));
    if (!isObject(node)) return node;
    if (typeof node['py/id'] === 'number') return this.#find(node['py/id']);
    if (leafTags.some((tag) => tag in node)) return node;

    const uncountedList = node['py/tuple'] ?? node['py/set'];
    if (Array.isArray(uncountedList)) this.#resolveItems(uncountedList);
    else this.#count(node, () => this.#resolveFields(node as Record<string, KombuValue>));
    return node;
  }

  #count<T extends Container>(node: T, resolveParts: () => void): T {
    this.#counted.push(node);
    this.#open.add(node);
    resolveParts();
    this.#open.delete(node);
    return node;
  }

  #find(reference: number): KombuValue {
    const found = this.#counted[reference];
    if (this.#doubt !== undefined)
      throw new RangeError(`jsonpickle's references cannot be followed here: ${this.#doubt}`);
    if (found === undefined) throw new RangeError(`jsonpickle's reference ${reference} leads nowhere`);
    if (this.#open.has(found)) throw new RangeError(`jsonpickle's reference ${reference} leads to what it is part of`);
    return found;
  }

  #resolveItems(items: KombuValue[]): void {
    for (const [index, item] of items.entries()) items[index] = this.resolve(item);
  }

  #resolveFields(node: Record<string, KombuValue>): void {
    const keys = Object.keys(node);
    this.#doubt ??= doubtAbout(node, keys);
    const className = node['py/object'];
    if (typeof className === 'string' && className.startsWith('datetime.')) return; // Its handler counts nothing.
    const attributes = keys.filter((key) => !readFirst.includes(key) && !readLast.includes(key));
    for (const key of [...readFirst, ...attributes, ...readLast]) {
      const value = node[key];
      const isUncountedList = key === 'py/reduce' || key === 'py/seq';
      if (isUncountedList && Array.isArray(value)) this.#resolveItems(value);
      else if (value !== undefined) node[key] = this.resolve(value);
    }
  }
}

function doubtAbout(node: KombuObject, keys: readonly string[]): string | undefined {
  const tag = keys.find((key) => unsupportedTags.includes(key));
  // JavaScript has moved keys that look like integers to the front.
  const moved = keys.find((key) => /^\d+$/.test(key) && typeof node[key] === 'object');
  return tag ?? (moved && `the key "${moved}" may have been elsewhere`);
}
