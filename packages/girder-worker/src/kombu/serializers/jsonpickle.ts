import { isObject, type KombuObject, type KombuValue, OpaqueObject } from '../values.ts';
import { assertBounded } from './bounds.ts';
import { resolveReferences } from './jsonpickleReferences.ts';

/** Whether the body of a message was written by jsonpickle: then it is a tuple, where JSON has a list. */
export function isPickledBody(body: KombuValue): boolean {
  return isObject(body) && Array.isArray(body['py/tuple']);
}

/**
 * What jsonpickle (Girder Worker's serializer `girder_io`) makes of the JSON it has written: tuples become arrays,
 * bytes Uint8Arrays, Celery's signatures plain objects, and all objects of Python classes OpaqueObjects.
 *
 * Nothing is ever constructed or called. Throws RangeError for references that lead nowhere, round in circles, or
 * that would expand without bounds.
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
  const { __dict__: _ofTheInstance, ...signature } = restoreFields(node);
  return signature;
}

/** The name under one of jsonpickle's tags; undefined for a dict. */
function classNameOf(node: KombuObject): string | undefined {
  const name = node['py/object'] ?? node['py/type'] ?? node['py/function'];
  if (typeof name === 'string') return name;
  return Object.keys(node).find((key) => key.startsWith('py/'));
}

function restoreFields(node: KombuObject): KombuObject {
  const fields = Object.entries(node).filter(([key]) => !key.startsWith('py/'));
  return Object.fromEntries(fields.map(([key, value]) => [restoreKey(key), restore(value)]));
}

/** A key that was not a string is written as `json://` and its JSON: `json://1`. */
function restoreKey(key: string): string {
  return /^json:\/\/"?(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?|null|true|false|(?<=")[^"\\]*)"?$/.exec(key)?.[1] ?? key;
}
