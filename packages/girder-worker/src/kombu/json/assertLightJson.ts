import { DecodeBudget, weights } from '../budget.ts';
import { PythonJsonError } from '../errors.ts';
import { maxDepth } from '../pythonLimits.ts';

const backslash = 0x5c;

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
  const budget = new DecodeBudget(passes);
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfString(text, at);
        break;
      case 0x5b: // [
      case 0x7b: // {
        budget.charge(weights.value + weights.container);
        depth += 1;
        if (depth > maxDepth) throw new PythonJsonError(`JSON is nested deeper than ${maxDepth} levels`);
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth -= 1;
        break;
      case 0x2c: // ,
        budget.charge(weights.value);
        break;
      case 0x3a: // :
        budget.charge(weights.key);
        break;
    }
  }
}

/** Returns the position of the quote that ends the string that starts at `start`; the end of the text if there is no such quote. */
export function endOfString(text: string, start: number): number {
  const quote = text.indexOf('"', start + 1);
  if (quote === -1) return text.length;
  // A backslash escapes the quote, or is escaped itself: the string has to be read from its start.
  if (text.charCodeAt(quote - 1) !== backslash) return quote;
  let at = start + 1;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === backslash) at += 1;
    else if (code === 0x22) break;
  }
  return at;
}
