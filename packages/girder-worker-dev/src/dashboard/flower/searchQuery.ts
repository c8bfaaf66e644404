/** A search: what `parseSearch` reads. `field` is null for a term that is looked for in all of a task. */
export type SearchQuery =
  | { readonly kind: 'all' }
  | { readonly kind: 'term'; readonly field: string | null; readonly value: string }
  | { readonly kind: 'and' | 'or'; readonly children: readonly SearchQuery[] };

/** A search that cannot be read. Its message is Flower's. */
export class SearchError extends Error {
  override readonly name = 'SearchError';

  constructor(message: string, position?: number) {
    super(position === undefined ? `${message}.` : `${message} at position ${position}.`);
  }
}

/** The limits of Flower. */
const limits = { characters: 2048, tokens: 128, depth: 5, substring: 3 } as const;

const fields: readonly string[] = ['name', 'state', 'worker', 'args', 'kwargs', 'result'];

interface Token {
  readonly kind: 'term' | 'AND' | 'OR' | 'open' | 'close' | 'end';
  readonly value: string;
  readonly position: number;
}

/**
 * Reads the search of Flower 2.2: terms, which all must match; `AND`, `OR` and parentheses; `"a phrase"`; and `field:text`, where field is name, state, worker, args, kwargs or
 * result. Throws a SearchError with Flower's text.
 */
export function parseSearch(text: string): SearchQuery {
  const query = text.trim();
  if ([...query].length > limits.characters) throw new SearchError(`Query exceeds ${limits.characters} characters`);
  const reader = { tokens: tokensOf([...query]), index: 0 };
  if (peek(reader).kind === 'end') return { kind: 'all' };
  const read = readOr(reader, 0);
  const rest = peek(reader);
  if (rest.kind !== 'end') throw unexpected(rest);
  return read;
}

function tokensOf(characters: readonly string[]): readonly Token[] {
  const tokens: Token[] = [];
  const add = (token: Token): void => {
    tokens.push(token);
    if (tokens.length > limits.tokens) throw new SearchError(`Query exceeds ${limits.tokens} tokens`);
  };
  let index = 0;
  while (index < characters.length) {
    const character = characters[index]!;
    const position = index;
    if (/\s/.test(character)) index += 1;
    else if (character === '(' || character === ')') {
      add({ kind: character === '(' ? 'open' : 'close', value: character, position });
      index += 1;
    } else {
      const { value, isQuoted, end } = readTerm(characters, position);
      index = end;
      if (!isQuoted && value === 'NOT') throw new SearchError('NOT is not supported', position);
      add({ kind: !isQuoted && (value === 'AND' || value === 'OR') ? value : 'term', value, position });
    }
  }
  return [...tokens, { kind: 'end', value: '', position: characters.length }];
}

function readTerm(characters: readonly string[], position: number) {
  let [value, index, isQuoted, isOpen] = ['', position, false, false];
  for (; index < characters.length; index++) {
    const character = characters[index]!;
    const next = characters[index + 1];
    if (character === '\\' && (next === '"' || next === '\\')) {
      value += next;
      index += 1;
    } else if (character === '"') [isQuoted, isOpen] = [true, !isOpen];
    else if (!isOpen && /[\s()]/.test(character)) break;
    else value += character;
  }
  if (isOpen) throw new SearchError('Unterminated quoted phrase', position);
  if (value === '') throw new SearchError('Empty search term', position);
  return { value, isQuoted, end: index };
}

interface Reader {
  readonly tokens: readonly Token[];
  index: number;
}

function peek({ tokens, index }: Reader): Token {
  return tokens[index]!;
}

function next(reader: Reader): Token {
  const token = peek(reader);
  reader.index += 1;
  return token;
}

function readOr(reader: Reader, depth: number): SearchQuery {
  const children = [readAnd(reader, depth)];
  while (peek(reader).kind === 'OR') {
    readOperator(reader);
    children.push(readAnd(reader, depth));
  }
  return children.length === 1 ? children[0]! : { kind: 'or', children };
}

function readAnd(reader: Reader, depth: number): SearchQuery {
  const children = [readPrimary(reader, depth)];
  while (!['end', 'close', 'OR'].includes(peek(reader).kind)) {
    if (peek(reader).kind === 'AND') readOperator(reader);
    children.push(readPrimary(reader, depth));
  }
  return children.length === 1 ? children[0]! : { kind: 'and', children };
}

function readOperator(reader: Reader): void {
  const { kind, position } = next(reader);
  if (!['term', 'open'].includes(peek(reader).kind))
    throw new SearchError(`${kind} must be followed by a search term`, position);
}

function readPrimary(reader: Reader, depth: number): SearchQuery {
  const token = peek(reader);
  if (token.kind === 'term') return termOf(next(reader));
  if (token.kind !== 'open') throw new SearchError('Expected a search term', token.position);
  if (depth >= limits.depth) throw new SearchError(`Query nesting exceeds ${limits.depth} levels`, token.position);
  next(reader);
  if (peek(reader).kind === 'close') throw new SearchError('Empty group', token.position);
  const group = readOr(reader, depth + 1);
  if (peek(reader).kind !== 'close') throw new SearchError('Missing closing parenthesis', token.position);
  next(reader);
  return group;
}

function termOf({ value: text, position }: Token): SearchQuery {
  const colon = text.indexOf(':');
  const candidate = text.slice(0, Math.max(colon, 0)).toLowerCase();
  const field = fields.includes(candidate) ? candidate : null;
  const value = field === null ? text : text.slice(colon + 1);
  if (field === null && value.startsWith('-')) throw new SearchError("Negation with '-' is not supported", position);
  if (value === '') throw new SearchError('Search qualifier requires a value', position);
  const isExact = field === 'state' || (field === 'kwargs' && value.includes('='));
  if (!isExact && [...value.trim()].length < limits.substring)
    throw new SearchError(`Substring search terms must contain at least ${limits.substring} characters`, position);
  return { kind: 'term', field, value };
}

function unexpected({ value, position }: Token): SearchError {
  return new SearchError(`Unexpected '${value}'`, position);
}
