/** Texts and the characters that make the structure of JSON; all else is copied. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;

/**
 * Returns JSON with line breaks and indents. It does not parse the numbers, so that long ones keep all their digits, and accepts what is not
 * quite JSON, such as `NaN`.
 */
export function prettyJson(json: string): string {
  const found = json.match(tokens) ?? [];
  let indent = '';
  let text = '';
  for (const [index, token] of found.entries()) {
    const next = found[index + 1];
    if (token === '{' || token === '[') {
      text += token;
      if (next === '}' || next === ']') continue;
      indent += '  ';
      text += `\n${indent}`;
    } else if (token === '}' || token === ']') {
      const before = found[index - 1];
      if (before === '{' || before === '[') text += token;
      else {
        indent = indent.slice(2);
        text += `\n${indent}${token}`;
      }
    } else if (token === ',') text += `,\n${indent}`;
    else text += token === ':' ? ': ' : token;
  }
  return text;
}
