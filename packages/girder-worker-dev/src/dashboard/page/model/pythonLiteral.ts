/** A value that the repr does not tell in full: the user must write it. */
export interface Gap {
  /** What the repr shows, such as `...` or `datetime.date(2024, 1, 2)`. */
  readonly repr: string;
  readonly why: 'redacted' | 'truncated' | 'not JSON';
}

export interface Converted {
  /** In each gap's place stands a text in JSON, which `isPlaceholder` knows. */
  readonly json: string;
  readonly gaps: readonly Gap[];
}

/** What stands where the history hides a value. */
const redacted = '***';

/** Marks a value that the user must write. */
const mark = '<fill in: ';

/** Whether JSON contains a place that the user must fill. */
export function hasPlaceholder(json: string): boolean {
  return json.includes(JSON.stringify(redacted)) || json.includes(JSON.stringify(mark).slice(0, -1));
}

/**
 * Returns the JSON of a repr as Celery's `saferepr` writes it: `(1, 'a', {'b': None})`. JSON itself is accepted too. The repr writes strings
 * without escapes, except for quotes. Returns undefined for a text that is no repr.
 */
export function pythonToJson(repr: string): Converted | undefined {
  const gaps: Gap[] = [];
  let at = 0;

  const skipSpace = () => {
    while (at < repr.length && /\s/.test(repr[at]!)) at++;
  };
  const gap = (text: string, why: Gap['why']): string => {
    gaps.push({ repr: text, why });
    return JSON.stringify(why === 'redacted' ? redacted : `${mark}${text}>`);
  };

  /** The items up to the closing bracket. Throws a SyntaxError if there is none. */
  const items = (close: string, item: () => string): string[] => {
    const found: string[] = [];
    for (at++; ; ) {
      skipSpace();
      if (repr[at] === close) {
        at++;
        return found;
      }
      found.push(item());
      skipSpace();
      if (repr[at] === ',') at++;
      else if (repr[at] !== close) throw new SyntaxError(`"${close}" is missing at ${at}`);
    }
  };

  const dict = (): string => {
    const begin = at;
    let isSet = false;
    const found = items('}', () => {
      if (repr.startsWith('...', at)) return `${JSON.stringify('...')}:${value()}`;
      const key = value();
      skipSpace();
      if (repr[at] !== ':') {
        isSet = true;
        return key;
      }
      at++;
      skipSpace();
      // The keys of JSON are texts; Celery's serializer writes others as texts too.
      return `${key.startsWith('"') ? key : JSON.stringify(key)}:${value()}`;
    });
    return isSet ? gap(repr.slice(begin, at), 'not JSON') : `{${found.join(',')}}`;
  };

  const text = (): string => {
    const quote = repr[at]!;
    const isJson = quote === '"';
    const begin = ++at;
    let content = '';
    for (; repr[at] !== quote; at++) {
      if (at >= repr.length) throw new SyntaxError(`The text at ${begin} does not end`);
      if (repr[at] === '\\' && (repr[at + 1] === quote || isJson))
        content += isJson ? repr[at++]! + repr[at] : repr[++at];
      else content += repr[at];
    }
    at++;
    const written = isJson ? textOfJson(content) : content;
    if (written === redacted) return gap(redacted, 'redacted');
    // Celery cuts the strings of a repr of more than 1024 characters.
    if (written.endsWith('...') && repr.length >= 1000) return gap(`${written.slice(0, 20)}…`, 'truncated');
    return JSON.stringify(written);
  };

  /** A call such as `Decimal('1.50')`, or `<pkg.Class object>`. */
  const foreign = (): string => {
    const begin = at;
    let depth = 0;
    for (; at < repr.length; at++) {
      const character = repr[at]!;
      if (character === "'" || character === '"') {
        at = endOfText(repr, at);
        continue;
      }
      if ('([{<'.includes(character)) depth++;
      if (depth === 0 && /[,)\]}:]/.test(character)) break;
      if (')]}>'.includes(character)) depth--;
    }
    if (at === begin) throw new SyntaxError(`A value is missing at ${at}`);
    return gap(repr.slice(begin, at).trim(), 'not JSON');
  };

  const value = (): string => {
    skipSpace();
    const character = repr[at];
    if (character === '(') return `[${items(')', value).join(',')}]`;
    if (character === '[') return `[${items(']', value).join(',')}]`;
    if (character === '{') return dict();
    if (character === "'" || character === '"') return text();
    if (repr.startsWith('...', at)) {
      at += 3;
      return gap('...', 'truncated');
    }
    const [word] =
      /^(?:None|True|False|null|true|false|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w.(])/.exec(
        repr.slice(at, at + 400),
      ) ?? [];
    if (word === undefined) return foreign();
    at += word.length;
    return word === 'None' ? 'null' : /^[TF]/.test(word) ? word.toLowerCase() : word;
  };

  try {
    const json = value();
    skipSpace();
    return at === repr.length ? { json, gaps } : undefined;
  } catch {
    return undefined;
  }
}

/** The position of the quote that ends a text; the last position if there is none. */
function endOfText(repr: string, begin: number): number {
  let at = begin + 1;
  while (at < repr.length - 1 && repr[at] !== repr[begin]) at += repr[at] === '\\' ? 2 : 1;
  return at;
}

/** The text between the quotes of JSON, or of a repr that has double quotes. */
function textOfJson(content: string): string {
  try {
    return JSON.parse(`"${content}"`) as string;
  } catch {
    return content.replaceAll('\\"', '"');
  }
}
