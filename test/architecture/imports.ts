import { stripTypeScriptTypes } from 'node:module';
import { type AnyNode, parse } from 'acorn';

export interface Import {
  /** As written: `../task/errors.ts`, `node:fs`, `@aws-sdk/client-sqs`. */
  readonly specifier: string;
  /** An import of types leaves nothing behind in the program that runs. */
  readonly kind: 'code' | 'types';
}

export interface Source {
  readonly imports: readonly Import[];
  /** Every identifier, property key and text that is exactly one word, in code and in types; none from comments. */
  readonly words: ReadonlySet<string>;
  /** The uses of the clock, of timers and of random values: `Date.now`, `setTimeout`, `randomUUID`, `new Date()`. */
  readonly timeAndChance: readonly string[];
}

/** Functions that a module may only get from a System. */
const functionsOfTimeAndChance = new Set(['setTimeout', 'setInterval', 'randomUUID']);
const methodsOfTimeAndChance = new Set([
  ...['Date.now', 'performance.now', 'Math.random', 'crypto.randomUUID', 'AbortSignal.timeout'],
]);

/** Reads what a TypeScript module imports, statically, dynamically and as types, and the words that it uses. */
export function readSource(typescript: string): Source {
  const javascript = stripTypeScriptTypes(typescript);
  const types = erased(typescript, javascript);
  const imports: Import[] = [];
  const words = new Set<string>(types.match(/[A-Za-z_]\w*/g));
  const timeAndChance: string[] = [];
  for (const [, , specifier] of types.matchAll(/\b(?:from|import)\s*\(?\s*(['"])([^'"]+)\1/g)) {
    imports.push({ specifier: specifier!, kind: 'types' });
  }
  for (const node of nodesOf(parse(javascript, { ecmaVersion: 'latest', sourceType: 'module' }))) {
    if (node.type === 'Identifier') words.add(node.name);
    if (node.type === 'Literal' && typeof node.value === 'string') words.add(node.value);
    const use = useOfTimeOrChance(node);
    if (use !== undefined) timeAndChance.push(use);
    const specifier = importedBy(node);
    if (specifier !== undefined) imports.push({ specifier, kind: 'code' });
  }
  return { imports, words, timeAndChance };
}

/** What stripping the types blanked out (it keeps all positions), without comments. */
function erased(typescript: string, javascript: string): string {
  const types = typescript
    .split('')
    .map((character, at) => (character === '\n' || javascript[at] !== character ? character : ' '));
  return types.join('').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
}

function importedBy(node: AnyNode): string | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ImportExpression':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration': {
      const source = node.source;
      return source?.type === 'Literal' && typeof source.value === 'string' ? source.value : undefined;
    }
    default:
      return undefined;
  }
}

function useOfTimeOrChance(node: AnyNode): string | undefined {
  switch (node.type) {
    case 'CallExpression': {
      const { callee } = node;
      return callee.type === 'Identifier' && functionsOfTimeAndChance.has(callee.name) ? callee.name : undefined;
    }
    case 'ImportSpecifier': {
      const { imported } = node;
      return imported.type === 'Identifier' && functionsOfTimeAndChance.has(imported.name) ? imported.name : undefined;
    }
    case 'MemberExpression': {
      const { object, property } = node;
      if (object.type !== 'Identifier' || property.type !== 'Identifier') return undefined;
      const method = `${object.name}.${property.name}`;
      return methodsOfTimeAndChance.has(method) ? method : undefined;
    }
    case 'NewExpression': {
      const { callee } = node;
      return callee.type === 'Identifier' && callee.name === 'Date' && node.arguments.length === 0
        ? 'new Date()'
        : undefined;
    }
    case 'ImportDeclaration':
      return /^(node:)?timers(\/promises)?$/.test(String(node.source.value)) ? String(node.source.value) : undefined;
    default:
      return undefined;
  }
}

function* nodesOf(value: unknown): Generator<AnyNode> {
  if (typeof value !== 'object' || value === null) return;
  if ('type' in value && typeof value.type === 'string') yield value as AnyNode;
  for (const child of Object.values(value)) yield* nodesOf(child);
}
