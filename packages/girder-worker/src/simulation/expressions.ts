import type { Attributes, AttributeValue } from '../store/dynamodb/attributeValues.ts';

/** The names and values to which the placeholders of an expression refer. */
export interface Placeholders {
  readonly names?: Readonly<Record<string, string>> | undefined;
  readonly values?: Attributes | undefined;
}

type Condition = (item: Attributes, placeholders: Placeholders) => boolean;
type Operand = (item: Attributes, placeholders: Placeholders) => AttributeValue | undefined;
type Change = (item: Record<string, AttributeValue>, before: Attributes, placeholders: Placeholders) => void;

/**
 * Whether a condition expression of DynamoDB holds for an item: comparisons, the functions that our writes use, AND, OR and NOT.
 * Throws an Error for what it does not know.
 */
export function holds(expression: string, item: Attributes, placeholders: Placeholders): boolean {
  return parsedCondition(expression)(item, placeholders);
}

/** Returns an item after an update expression of DynamoDB: SET, REMOVE, and ADD for numbers and sets of strings. */
export function updated(expression: string, item: Attributes, placeholders: Placeholders): Attributes {
  const after = { ...item };
  for (const change of parsedUpdate(expression)) change(after, item, placeholders);
  return after;
}

const parsedCondition = remembered((text: string): Condition => {
  const parser = new Parser(text);
  const condition = parser.condition();
  parser.end();
  return condition;
});

const parsedUpdate = remembered((text: string): readonly Change[] => new Parser(text).changes());

/** A recursive descent parser of DynamoDB's expressions. */
class Parser {
  readonly #tokens: readonly string[];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = text.match(/[#:\w]+|<=|>=|<>|[=<>(),+-]/g) ?? [];
  }

  condition(): Condition {
    return this.#several('OR', () => this.#several('AND', () => this.#negation()));
  }

  changes(): readonly Change[] {
    const changes: Change[] = [];
    while (this.#at < this.#tokens.length) {
      const section = this.#next().toUpperCase();
      do changes.push(this.#change(section));
      while (this.#take(','));
    }
    return changes;
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw this.#unknown();
  }

  #several(word: 'AND' | 'OR', part: () => Condition): Condition {
    const parts = [part()];
    while (this.#take(word)) parts.push(part());
    if (parts.length === 1) return parts[0]!;
    return word === 'AND'
      ? (item, given) => parts.every((each) => each(item, given))
      : (item, given) => parts.some((each) => each(item, given));
  }

  #negation(): Condition {
    if (this.#take('NOT')) {
      const negated = this.#negation();
      return (item, given) => !negated(item, given);
    }
    if (this.#take('(')) {
      const inner = this.condition();
      this.#expect(')');
      return inner;
    }
    return this.#tokens[this.#at + 1] === '(' ? this.#function() : this.#comparison();
  }

  #function(): Condition {
    const name = this.#next();
    this.#expect('(');
    const first = this.#operand();
    const second = this.#take(',') ? this.#operand() : undefined;
    this.#expect(')');
    switch (name) {
      case 'attribute_exists':
        return (item, given) => first(item, given) !== undefined;
      case 'attribute_not_exists':
        return (item, given) => first(item, given) === undefined;
      case 'begins_with':
        return (item, given) => beginsWith(first(item, given), second!(item, given));
      case 'contains':
        return (item, given) => first(item, given)?.SS?.includes(second!(item, given)?.S ?? '') ?? false;
      default:
        throw this.#unknown();
    }
  }

  #comparison(): Condition {
    const left = this.#operand();
    const operator = this.#next();
    const right = this.#operand();
    return (item, given) => {
      const [one, other] = [left(item, given), right(item, given)];
      if (one === undefined || other === undefined) return false;
      const order = compare(one, other);
      return order !== undefined && comparisons[operator]!(order);
    };
  }

  #operand(): Operand {
    const token = this.#next();
    if (token.startsWith(':')) return (_, { values }) => values?.[token];
    return (item, { names }) => item[nameOf(token, names)];
  }

  #change(section: string): Change {
    const path = this.#next();
    switch (section) {
      case 'SET': {
        this.#expect('=');
        const value = this.#value();
        return (item, before, given) => {
          item[nameOf(path, given.names)] = value(before, given)!;
        };
      }
      case 'REMOVE':
        return (item, _, given) => void delete item[nameOf(path, given.names)];
      case 'ADD': {
        const value = this.#operand();
        return (item, before, given) => {
          const name = nameOf(path, given.names);
          item[name] = sum(before[name], value(before, given)!);
        };
      }
      default:
        throw this.#unknown();
    }
  }

  #value(): Operand {
    if (this.#tokens[this.#at] !== 'if_not_exists') {
      const first = this.#operand();
      if (!this.#take('+')) return first;
      const second = this.#operand();
      return (item, given) => sum(first(item, given), second(item, given)!);
    }
    this.#next();
    this.#expect('(');
    const stored = this.#operand();
    this.#expect(',');
    const otherwise = this.#operand();
    this.#expect(')');
    return (item, given) => stored(item, given) ?? otherwise(item, given);
  }

  #next(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw this.#unknown();
    return token;
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at]?.toUpperCase() !== token) return false;
    this.#at += 1;
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw this.#unknown();
  }

  #unknown(): Error {
    return new Error(`The simulated table does not know this expression at token ${this.#at}: ${this.#text}`);
  }
}

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function nameOf(token: string, names: Placeholders['names']): string {
  return token.startsWith('#') ? names![token]! : token;
}

/** Undefined for values of different types. */
function compare(one: AttributeValue, other: AttributeValue): number | undefined {
  if (one.S !== undefined && other.S !== undefined) return one.S < other.S ? -1 : Number(one.S > other.S);
  if (one.N !== undefined && other.N !== undefined) return Number(one.N) - Number(other.N);
  if (one.B !== undefined && other.B !== undefined) return Buffer.compare(one.B, other.B);
  return undefined;
}

function beginsWith(value: AttributeValue | undefined, prefix: AttributeValue | undefined): boolean {
  if (value?.S !== undefined && prefix?.S !== undefined) return value.S.startsWith(prefix.S);
  if (value?.B === undefined || prefix?.B === undefined) return false;
  return Buffer.compare(value.B.subarray(0, prefix.B.length), prefix.B) === 0;
}

function sum(before: AttributeValue | undefined, more: AttributeValue): AttributeValue {
  if (more.SS) return { SS: [...new Set([...(before?.SS ?? []), ...more.SS])] };
  return { N: String(Number(before?.N ?? 0) + Number(more.N)) };
}

/** Returns the function with a memory of its answers: our expressions are few. */
function remembered<Answer>(parse: (text: string) => Answer): (text: string) => Answer {
  const known = new Map<string, Answer>();
  return (text) => {
    const answer = known.get(text) ?? parse(text);
    known.set(text, answer);
    return answer;
  };
}
