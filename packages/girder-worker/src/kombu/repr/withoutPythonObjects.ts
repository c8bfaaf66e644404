import { isObject, type KombuValue, OpaqueObject } from '../values.ts';

/**
 * A value with each object of a Python class replaced by its name, `<girder_client.GirderClient object>`: an object may contain
 * secrets, such as the token of a client.
 */
export function withoutPythonObjects(value: KombuValue): KombuValue {
  if (value instanceof OpaqueObject) return nameOf(value.className);
  if (Array.isArray(value)) return value.map(withoutPythonObjects);
  if (!isObject(value)) return value;
  const pickled = value['py/object'];
  if (typeof pickled === 'string') return nameOf(pickled);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutPythonObjects(item)]));
}

function nameOf(className: string): string {
  return `<${className} object>`;
}
