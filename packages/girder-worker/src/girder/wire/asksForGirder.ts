import { isObject, type KombuObject, type KombuValue, OpaqueObject } from '../../kombu/values.ts';
import type { Message } from '../../message/message.ts';
import { hasGirderHeaders } from './girderHeaders.ts';

/** Whether a message may ask for anything of Girder: by its headers, or by an object of a Python class in its arguments. */
export function asksForGirder({ headers, args, kwargs }: Pick<Message, 'headers' | 'args' | 'kwargs'>): boolean {
  return hasGirderHeaders(headers) || hasPythonObject(args) || hasPythonObject(kwargs);
}

function hasPythonObject(value: KombuValue): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof OpaqueObject) return true;
  if (Array.isArray(value)) return value.some(hasPythonObject);
  return isObject(value) && Object.values(value as KombuObject).some(hasPythonObject);
}
