import { isObject, type KombuObject, type KombuValue, OpaqueObject } from '../values.ts';
import { assertBounded } from './bounds.ts';
import { resolveReferences } from './jsonpickleReferences.ts';

/**
 * Decodes the JSON of jsonpickle (Girder Worker's serializer `girder_io`): tuples become arrays, bytes Uint8Arrays, Celery's
 * signatures plain objects, and all other objects of Python classes OpaqueObjects. It constructs and calls nothing that the
 * JSON names.
 *
 * Throws RangeError for references to nothing, for circular references, and for references that expand to more than a million
 * values.
 */
export function unpickle(flattened: KombuValue): KombuValue {
  const resolved = resolveReferences(flattened);
  assertBounded(resolved);
  return restore(resolved);
}

function restore(node: KombuValue): KombuValue {
  if (Array.isArray(node)) return node.map(restore);
  if (!isObject(node)) return node;
  const tuple = node['py/tuple'];
  if (Array.isArray(tuple)) return tuple.map(restore);
  const bytes = node['py/b64'];
  if (typeof bytes === 'string') return Buffer.from(bytes, 'base64');
  const className = classNameOf(node);
  if (className === undefined) return restoreFields(node);
  if (!className.startsWith('celery.canvas.')) return new OpaqueObject(className, restoreFields(node), node);
  const { __dict__: _instanceAttributes, ...signature } = restoreFields(node);
  return signature;
}

/** Returns the name of the class in one of jsonpickle's tags, or the tag if it has no name; undefined for a dict. */
function classNameOf(node: KombuObject): string | undefined {
  const name = node['py/object'] ?? node['py/type'] ?? node['py/function'];
  if (typeof name === 'string') return name;
  return Object.keys(node).find((key) => key.startsWith('py/'));
}

function restoreFields(node: KombuObject): KombuObject {
  const fields = Object.entries(node).filter(([key]) => !key.startsWith('py/'));
  return Object.fromEntries(fields.map(([key, value]) => [restoreKey(key), restore(value)]));
}

/** jsonpickle writes a key that is not a string as `json://` and its JSON: `json://1`. */
function restoreKey(key: string): string {
  return /^json:\/\/"?(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?|null|true|false|(?<=")[^"\\]*)"?$/.exec(key)?.[1] ?? key;
}
