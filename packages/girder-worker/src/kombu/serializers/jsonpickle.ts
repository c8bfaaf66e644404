import { DecodeBudget, weights } from '../budget.ts';
import { isObject, type KombuObject, type KombuValue, OpaqueObject, setOwn } from '../values.ts';
import { assertBounded } from './bounds.ts';
import { resolveReferences } from './jsonpickleReferences.ts';

/** How often the values are gone through: parsed, resolved, counted and restored, which takes as long as three. */
export const passes = 6;

/**
 * Decodes the JSON of jsonpickle (Girder Worker's serializer `girder_io`): tuples become arrays, bytes Uint8Arrays, Celery's
 * signatures plain objects, and all other objects of Python classes OpaqueObjects. It constructs and calls nothing that the
 * JSON names.
 *
 * Throws RangeError for references to nothing and for circular references, and LimitError if the values weigh more than those of
 * a message may when each reference is counted as its target.
 */
export function unpickle(flattened: KombuValue): KombuValue {
  const resolved = resolveReferences(flattened);
  assertBounded(resolved, passes);
  return new Restorer().restore(resolved);
}

/** Restores each object once: the references to it share what it became. */
class Restorer {
  readonly #budget = new DecodeBudget(passes);
  readonly #restored = new Map<object, KombuValue>();

  restore(node: KombuValue): KombuValue {
    if (typeof node !== 'object' || node === null) return node;
    const known = this.#restored.get(node);
    if (known !== undefined) return known;
    const value = this.#restoreObject(node);
    this.#restored.set(node, value);
    return value;
  }

  #restoreObject(node: KombuValue & object): KombuValue {
    if (Array.isArray(node)) return this.#restoreItems(node);
    if (!isObject(node)) return node;
    const tuple = node['py/tuple'];
    if (Array.isArray(tuple)) return this.#restoreItems(tuple);
    const bytes = node['py/b64'];
    if (typeof bytes === 'string') {
      this.#budget.charge(weights.object);
      return Buffer.from(bytes, 'base64');
    }
    const className = classNameOf(node);
    if (className === undefined) return this.#restoreFields(node);
    this.#budget.charge(weights.object);
    if (!className.startsWith('celery.canvas.')) return new OpaqueObject(className, this.#restoreFields(node), node);
    const { __dict__: _instanceAttributes, ...signature } = this.#restoreFields(node);
    return signature;
  }

  #restoreItems(items: readonly KombuValue[]): KombuValue {
    return items.map((item) => this.restore(item));
  }

  #restoreFields(node: KombuObject): KombuObject {
    const fields: Record<string, KombuValue> = {};
    for (const [key, value] of Object.entries(node)) {
      if (!key.startsWith('py/')) setOwn(fields, restoreKey(key), this.restore(value));
    }
    return fields;
  }
}

/** Returns the name of the class in one of jsonpickle's tags, or the tag if it has no name; undefined for a dict. */
function classNameOf(node: KombuObject): string | undefined {
  const name = node['py/object'] ?? node['py/type'] ?? node['py/function'];
  if (typeof name === 'string') return name;
  return Object.keys(node).find((key) => key.startsWith('py/'));
}

/** jsonpickle writes a key that is not a string as `json://` and its JSON: `json://1`. */
function restoreKey(key: string): string {
  return /^json:\/\/"?(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?|null|true|false|(?<=")[^"\\]*)"?$/.exec(key)?.[1] ?? key;
}
