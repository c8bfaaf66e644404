import { isObject, type KombuObject, type KombuValue, OpaqueObject } from '../../kombu/values.ts';
import type { Message } from '../../message/message.ts';

// This file is loaded by every function, so it imports nothing else of `girder/`.

/** The headers of Girder Worker (docs/wire-format.md §5). */
const girderHeader = /^(jobInfoSpec$|apiUrl$|girder_)/;

/** Whether a message may ask for anything of Girder: by its headers, or by an object of a Python class in its arguments. */
export function asksForGirder({ headers, args, kwargs }: Pick<Message, 'headers' | 'args' | 'kwargs'>): boolean {
  return hasGirderHeaders(headers) || hasPythonObject(args) || hasPythonObject(kwargs);
}

export function hasGirderHeaders(headers: Message['headers']): boolean {
  for (const name in headers) if (girderHeader.test(name)) return true;
  return false;
}

export function hasJob({ jobInfoSpec }: Readonly<Record<string, unknown>>): boolean {
  return jobInfoSpec !== undefined && jobInfoSpec !== null;
}

function hasPythonObject(value: KombuValue): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof OpaqueObject) return true;
  if (Array.isArray(value)) return value.some(hasPythonObject);
  return isObject(value) && Object.values(value as KombuObject).some(hasPythonObject);
}
