import { DecodeBudget, type KnownShapes, readWithShapesIfHeavy, weights } from '../budget.ts';
import { PythonJsonError } from '../errors.ts';
import { maxDepth } from '../pythonLimits.ts';

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** No shorter text is nested too deep: each level has two characters. A text of this length weighs far less than a message may. */
const harmlessCharacters = 2 * maxDepth;

/**
 * Throws LimitError if the values in a JSON text weigh too much, and PythonJsonError if they are nested deeper than Python reads.
 * `passes` says how often the values are gone through.
 *
 * It looks at brackets, commas and colons only, so that a text that is too heavy is refused before memory is taken for its values.
 */
export function assertLightJson(text: string, passes = 1): void {
  if (text.length < harmlessCharacters) return;
  readWithShapesIfHeavy((shapes) => weigh(text, new DecodeBudget(passes), shapes));
}

function weigh(text: string, budget: DecodeBudget, shapes: KnownShapes | undefined): void {
  let depth = 0;
  /** Where the last string starts and ends: before a colon, it is a key. */
  let start = 0;
  let end = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote:
        start = at;
        end = endOfString(text, at);
        at = end;
        break;
      case openBracket:
      case openBrace:
        budget.charge(weights.value + weights.container);
        depth += 1;
        if (depth > maxDepth) throw new PythonJsonError(`JSON is nested deeper than ${maxDepth} levels`);
        shapes?.enter(depth);
        break;
      case closeBracket:
      case closeBrace:
        depth -= 1;
        break;
      case comma:
        budget.charge(weights.value);
        break;
      case colon:
        budget.charge(shapes ? shapes.weightOfKey(depth, text.slice(start, end)) : weights.key);
        break;
    }
  }
}

/** Returns the position of the quote that ends the string that starts at `start`; the end of the text if there is no such quote. */
export function endOfString(text: string, start: number): number {
  const end = text.indexOf('"', start + 1);
  if (end === -1) return text.length;
  // A backslash escapes the quote, or is escaped itself: the string has to be read from its start.
  if (text.charCodeAt(end - 1) !== backslash) return end;
  let at = start + 1;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === backslash) at += 1;
    else if (code === quote) break;
  }
  return at;
}
