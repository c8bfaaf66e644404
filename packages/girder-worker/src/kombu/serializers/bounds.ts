import { DecodeBudget, weights } from '../budget.ts';
import { maxDepth } from '../pythonLimits.ts';

/**
 * Throws LimitError for a value whose parts weigh more than those of a message may when shared parts are counted each time that
 * they occur, and RangeError for one that is nested deeper than Python can read, or contains itself. Aliases and references make
 * such values from a short text, and each that is written to a message again takes its place there. `passes` says how often the
 * values are gone through.
 */
export function assertBounded(value: unknown, passes = 1): void {
  const budget = new DecodeBudget(passes);

  function visit(value: unknown, depth: number): void {
    budget.charge(weights.value);
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
    if (depth >= maxDepth) throw new RangeError(`It is nested deeper than ${maxDepth} levels`);
    budget.charge(weights.container);
    if (Array.isArray(value)) {
      for (const item of value) visit(item, depth + 1);
      return;
    }
    for (const item of Object.values(value)) {
      budget.charge(weights.knownKey);
      visit(item, depth + 1);
    }
  }

  visit(value, 0);
}
