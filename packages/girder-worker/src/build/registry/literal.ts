/** What can be written as a literal. */
export type Data = null | boolean | number | string | readonly Data[] | { readonly [key: string]: Data };

const width = 120;
const identifier = /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u;

/**
 * Data as a TypeScript literal, laid out as this repository's formatter would. It begins at `column` of a line that is
 * indented by `indent`, and one more character follows it.
 */
export function literal(data: Data, indent: string, column: number): string {
  const inline = inlined(data);
  if (!hasToBreak(data) && column + inline.length + 1 <= width) return inline;
  const inner = `${indent}  `;
  if (Array.isArray(data)) {
    return bracketed(
      '[]',
      indent,
      data.map((item: Data) => literal(item, inner, inner.length)),
    );
  }
  if (typeof data !== 'object' || data === null) return inline;
  const properties = Object.entries(data).map(([key, value]) => {
    const before = `${propertyKey(key)}: `;
    return before + literal(value, inner, inner.length + before.length);
  });
  return bracketed('{}', indent, properties);
}

/** A string as a literal that means this string and nothing else, whatever is in it. */
export function stringLiteral(text: string): string {
  const json = JSON.stringify(text);
  return text.includes("'") ? json : `'${json.slice(1, -1).replaceAll('\\"', '"')}'`;
}

/** A property's key: bare where it may be, and never the one that sets the prototype. */
export function propertyKey(name: string): string {
  if (name === '__proto__') return "['__proto__']";
  return identifier.test(name) ? name : stringLiteral(name);
}

/** An access to a member of this name. */
export function memberAccess(name: string): string {
  return identifier.test(name) ? `.${name}` : `[${stringLiteral(name)}]`;
}

function inlined(data: Data): string {
  if (typeof data === 'string') return stringLiteral(data);
  if (Array.isArray(data)) return `[${data.map(inlined).join(', ')}]`;
  if (typeof data !== 'object' || data === null) return JSON.stringify(data);
  const properties = Object.entries(data).map(([key, value]) => `${propertyKey(key)}: ${inlined(value)}`);
  return properties.length === 0 ? '{}' : `{ ${properties.join(', ')} }`;
}

function bracketed([open, close]: string, indent: string, lines: readonly string[]): string {
  return `${open}\n${lines.map((line) => `${indent}  ${line},\n`).join('')}${indent}${close}`;
}

/** The formatter never puts several things of several parts each on one line. */
function hasToBreak(data: Data): boolean {
  if (typeof data !== 'object' || data === null) return false;
  const parts: readonly Data[] = Object.values(data);
  const isList = Array.isArray(data) && data.length > 1 && parts.every((part) => sizeOf(part) > 1);
  return isList || parts.some(hasToBreak);
}

function sizeOf(data: Data): number {
  return typeof data === 'object' && data !== null ? Object.keys(data).length : 0;
}
