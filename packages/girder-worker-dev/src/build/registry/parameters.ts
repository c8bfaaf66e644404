import { type AnyNode, type FunctionExpression, type ObjectPattern, type Pattern, parseExpressionAt } from 'acorn';
import type { Keywords, Parameter, Parameters } from 'girder-worker/internal/task';

/**
 * Reads the parameters of a function from its source, in Python's terms:
 *
 * - `a`: positional or keyword; `a = 1`: optional; `...rest`: like `*args`
 * - a final `{ a, b = 2 }`: keyword-only; a final `{ ...rest }`: like `**kwargs`
 * - a destructured parameter before the last, or a destructured array: positional-only
 *
 * An optional parameter of TypeScript (`a?: number`) does not exist at run time: only a default makes a parameter optional.
 *
 * @returns undefined if the source cannot be parsed, as that of a native or bound function
 */
export function readParameters(source: string): Parameters | undefined {
  const params = parseFunction(source)?.params;
  if (!params) return undefined;
  const last = params.at(-1);
  const rest = last?.type === 'RestElement' ? { rest: nameOf(last.argument) ?? 'args' } : {};
  const options = last && destructured(last);
  const positional = last && ('rest' in rest || options) ? params.slice(0, -1) : params;
  return {
    positional: positional.map(positionalParameter),
    ...rest,
    ...(options && { keywords: keywordsOf(options.pattern, options.hasDefault) }),
  };
}

/** The parameters of a function without a source: `length` positional-only ones, then any number of further ones. */
export function parametersOfLength(length: number): Parameters {
  return { positional: Array.from({ length }, (_, place) => ({ name: namelessAt(place) })), rest: 'args' };
}

/** Parses the source of a function: an expression, or a method of a class or an object. */
function parseFunction(source: string): Pick<FunctionExpression, 'params'> | undefined {
  const expression = parse(`(${source})`);
  if (expression?.type === 'FunctionExpression' || expression?.type === 'ArrowFunctionExpression') return expression;
  const container = parse(`(class { ${source} })`);
  const member = container?.type === 'ClassExpression' ? container.body.body[0] : undefined;
  return member?.type === 'MethodDefinition' ? member.value : undefined;
}

function parse(code: string): AnyNode | undefined {
  try {
    return parseExpressionAt(code, 0, {
      ecmaVersion: 'latest',
      sourceType: 'module',
      // The code around the function, which is not part of its source, may allow all of these.
      allowAwaitOutsideFunction: true,
      allowSuperOutsideMethod: true,
      checkPrivateFields: false,
    }) as AnyNode;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function positionalParameter(pattern: Pattern, place: number): Parameter {
  const hasDefault = pattern.type === 'AssignmentPattern';
  const name = nameOf(hasDefault ? pattern.left : pattern) ?? namelessAt(place);
  return hasDefault ? { name, optional: true } : { name };
}

/** A name that no caller can pass, because it contains a space: the parameter is positional-only. */
function namelessAt(place: number): string {
  return `argument ${place + 1}`;
}

function nameOf(pattern: Pattern): string | undefined {
  return pattern.type === 'Identifier' ? pattern.name : undefined;
}

function destructured(pattern: Pattern): { pattern: ObjectPattern; hasDefault: boolean } | undefined {
  if (pattern.type === 'ObjectPattern') return { pattern, hasDefault: false };
  if (pattern.type !== 'AssignmentPattern' || pattern.left.type !== 'ObjectPattern') return undefined;
  return { pattern: pattern.left, hasDefault: true };
}

/** @param allOptional whether the object has a default, as in `({ a } = {})`, so that every keyword is optional */
function keywordsOf({ properties }: ObjectPattern, allOptional: boolean): Keywords {
  const names: Parameter[] = [];
  let rest = false;
  for (const property of properties) {
    const name = property.type === 'Property' ? keyOf(property) : undefined;
    // A computed key, like a rest element, can have any name.
    if (property.type !== 'Property' || name === undefined) rest = true;
    else names.push(allOptional || property.value.type === 'AssignmentPattern' ? { name, optional: true } : { name });
  }
  return allOptional ? { names, rest, optional: true } : { names, rest };
}

function keyOf({
  key,
  computed,
}: Extract<ObjectPattern['properties'][number], { type: 'Property' }>): string | undefined {
  if (key.type === 'Literal') return String(key.value);
  return key.type === 'Identifier' && !computed ? key.name : undefined;
}
