import { isObject, type KombuObject, type KombuValue } from '../values.ts';

type Container = KombuObject | readonly KombuValue[];

/** The tags of objects that contain nothing to which a reference can lead. */
const leafTags = ['py/b64', 'py/b85', 'py/type', 'py/function'];

/** Tags whose content jsonpickle counts in ways that are not implemented here. */
const unsupportedTags = ['py/iterator', 'py/mod', 'py/repr', 'py/ref'];

/** The keys of an object that jsonpickle reads before its attributes, and after them. */
const readFirst = ['py/newargsex', 'py/newargs', 'py/initargs'];
const readLast = ['py/seq', 'py/state'];

/**
 * Replaces each reference `{"py/id": n}` by its target, the n-th list, dict or object in jsonpickle's order. Changes `root`.
 *
 * Throws RangeError for a reference that has no target, that is part of its own target, or whose target is uncertain.
 */
export function resolveReferences(root: KombuValue): KombuValue {
  return new Resolver().resolve(root);
}

class Resolver {
  readonly #counted: Container[] = [];
  /** The containers whose parts are being read. */
  readonly #open = new Set<Container>();
  /** Why the count may differ from jsonpickle's. It matters only if a reference follows. */
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
      throw new RangeError(`jsonpickle's reference ${reference} cannot be resolved: ${this.#doubt}`);
    if (found === undefined) throw new RangeError(`jsonpickle's reference ${reference} has no target`);
    if (this.#open.has(found)) throw new RangeError(`jsonpickle's reference ${reference} is part of its own target`);
    return found;
  }

  #resolveItems(items: KombuValue[]): void {
    for (const [index, item] of items.entries()) items[index] = this.resolve(item);
  }

  #resolveFields(node: Record<string, KombuValue>): void {
    const keys = Object.keys(node);
    this.#doubt ??= doubtAbout(node, keys);
    const className = node['py/object'];
    // jsonpickle's handler for datetime counts nothing.
    if (typeof className === 'string' && className.startsWith('datetime.')) return;
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
  // JavaScript moves keys that look like integers to the front.
  const moved = keys.find((key) => /^\d+$/.test(key) && typeof node[key] === 'object');
  if (tag !== undefined) return `the tag "${tag}" is not supported`;
  return moved === undefined ? undefined : `the original position of the key "${moved}" is unknown`;
}
