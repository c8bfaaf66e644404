import { maxDepth } from '../pythonLimits.ts';

/** More values than any message of SQS can spell out: so many come only from references to references. */
const maxValues = 1_000_000;

/**
 * Throws RangeError for a value that is nested deeper than Python could read, contains itself, or would have too many
 * parts if what is shared in it were written out: the bombs that aliases and references can make.
 */
export function assertBounded(value: unknown): void {
  let values = 0;

  function visit(value: unknown, depth: number): void {
    values += 1;
    if (values > maxValues)
      throw new RangeError(`It refers to itself so often that it has more than ${maxValues} values`);
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
    if (depth >= maxDepth) throw new RangeError(`It is nested deeper than ${maxDepth} levels`);
    for (const child of Array.isArray(value) ? value : Object.values(value)) visit(child, depth + 1);
  }

  visit(value, 0);
}
