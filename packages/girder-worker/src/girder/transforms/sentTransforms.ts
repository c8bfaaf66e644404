import { saferepr } from '../../kombu/repr/saferepr.ts';
import { isObject, type KombuObject, type KombuValue, pythonClassOf } from '../../kombu/values.ts';
import { Transform, type TransformClient } from './transform.ts';
import { transformIn } from './unpickledTransforms.ts';

/** A value of a message with this server and token in each of its transforms that has none: Python's need one. */
export function withTransformClient<T>(value: T, client: TransformClient): T {
  return mapLeaves(value, (leaf) => (leaf instanceof Transform && !leaf.client ? leaf.withClient(client) : leaf)) as T;
}

/** A value as Girder shows it among the arguments of a job: JSON, without tokens and objects of Python. */
export function describeArgument(value: unknown): unknown {
  return mapLeaves(value, (leaf) => {
    if (leaf instanceof Transform) return String(leaf);
    const isJson = leaf === null || ['string', 'boolean'].includes(typeof leaf) || Number.isFinite(leaf);
    return isJson ? leaf : saferepr(leaf);
  });
}

/** Transforms, and other objects of Python classes, are leaves. */
function mapLeaves(value: unknown, map: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mapLeaves(item, map));
  if (pythonClassOf(value) !== undefined) return map(transformIn(value) ?? value);
  if (!isObject(value as KombuValue)) return map(value);
  return Object.fromEntries(Object.entries(value as KombuObject).map(([key, item]) => [key, mapLeaves(item, map)]));
}
