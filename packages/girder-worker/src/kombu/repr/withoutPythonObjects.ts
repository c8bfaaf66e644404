import { isObject, type KombuValue, pythonClassOf } from '../values.ts';

/** A value with each object of a Python class replaced by its name, `<girder_client.GirderClient object>`. */
export function withoutPythonObjects(value: KombuValue): KombuValue {
  if (Array.isArray(value)) return value.map(withoutPythonObjects);
  const className = pythonClassOf(value);
  if (className !== undefined) return `<${className} object>`;
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutPythonObjects(item)]));
}
