import { maxDepth } from '../pythonLimits.ts';

/** More values than the text of an SQS message can contain. Only references to references expand to so many. */
const maxValues = 1_000_000;

/**
 * Throws RangeError for a value that is nested deeper than Python can read, contains itself, or has more than a million values
 * when shared parts are counted each time that they occur. Aliases and references can make a short text expand like this.
 */
export function assertBounded(value: unknown): void {
  let values = 0;

  function visit(value: unknown, depth: number): void {
    values += 1;
    if (values > maxValues) throw new RangeError(`The references in it expand to more than ${maxValues} values`);
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
    if (depth >= maxDepth) throw new RangeError(`It is nested deeper than ${maxDepth} levels`);
    for (const child of Array.isArray(value) ? value : Object.values(value)) visit(child, depth + 1);
  }

  visit(value, 0);
}
