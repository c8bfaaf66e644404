/** Returns whether one character matches. */
type Token = '*' | ((character: string) => boolean);

/**
 * Matches a whole text against a pattern of Python's fnmatch: `*`, `?`, `[seq]`, `[!seq]`. Takes at most as many steps as the
 * product of both lengths: after a mismatch, only the latest `*` takes one more character.
 */
export function globMatches(text: string, pattern: string): boolean {
  const tokens = tokensOf(pattern);
  let at = 0;
  let token = 0;
  let star = -1;
  let starAt = 0;
  while (at < text.length) {
    const expected = tokens[token];
    if (expected === '*') {
      star = token++;
      starAt = at;
    } else if (expected?.(text[at]!)) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest === '*');
}

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  // From here on, no bracket is closed.
  const lastClosed = pattern.lastIndexOf(']');
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === '*') tokens.push('*');
    else if (character === '?') tokens.push(() => true);
    else if (character === '[' && at < lastClosed) {
      const isNegated = pattern[at + 1] === '!';
      const start = at + (isNegated ? 2 : 1);
      const end = pattern.indexOf(']', start + 1); // A `]` at the start belongs to the sequence.
      if (end === -1) {
        tokens.push((other) => other === '[');
        continue;
      }
      const contains = sequence(pattern.slice(start, end));
      tokens.push((other) => contains(other) !== isNegated);
      at = end;
    } else tokens.push((other) => other === character);
  }
  return tokens;
}

/** Returns whether a character is in a sequence such as `a-z_`. A `-` at its start or end stands for itself. */
function sequence(text: string): (character: string) => boolean {
  const ranges: [from: string, to: string][] = [];
  for (let at = 0; at < text.length; at++) {
    const from = text[at]!;
    if (text[at + 1] === '-' && at + 2 < text.length) {
      ranges.push([from, text[at + 2]!]);
      at += 2;
    } else ranges.push([from, from]);
  }
  return (character) => ranges.some(([from, to]) => from <= character && character <= to);
}
