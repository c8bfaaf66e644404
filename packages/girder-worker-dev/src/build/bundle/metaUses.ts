import { type Node, parse } from 'acorn';

/** A use of `import.meta.url`, `dirname`, `filename` or `resolve` in a module. */
export interface MetaUse {
  readonly property: 'url' | 'dirname' | 'filename' | 'resolve';
  /** The place of `import.meta.…` in the text. */
  readonly start: number;
  readonly end: number;
  /** The line, from 1, and the column, from 0. */
  readonly line: number;
  readonly column: number;
  /** Whether it is the base in `new URL(…, import.meta.url)`. */
  readonly isBase: boolean;
  /** The relative URL in it, if it is a text. */
  readonly reference: string | undefined;
  /** The expression as it is written, shortened. */
  readonly text: string;
}

const properties: readonly string[] = ['url', 'dirname', 'filename', 'resolve'] satisfies MetaUse['property'][];
const maxTextCharacters = 80;

type Tree = Node & Readonly<Record<string, unknown>>;

/** Returns the uses in the text of an ES module, in order. Returns none if it cannot be parsed: the bundler reports the reason. */
export function metaUses(text: string): MetaUse[] {
  const uses: MetaUse[] = [];
  let module: Tree;
  try {
    module = parse(text, {
      ecmaVersion: 'latest',
      sourceType: 'module',
      locations: true,
      allowHashBang: true,
    }) as unknown as Tree;
  } catch {
    return [];
  }
  visit(module, undefined);
  return uses.sort((one, other) => one.start - other.start);

  function visit(node: Tree, parent: Tree | undefined): void {
    const property = metaProperty(node);
    if (property !== undefined) {
      const base = parent && isUrlWithBase(parent, node) ? parent : undefined;
      const shown = base ?? node;
      uses.push({
        property,
        start: node.start,
        end: node.end,
        line: node.loc!.start.line,
        column: node.loc!.start.column,
        isBase: base !== undefined,
        reference: base && textOf((base.arguments as Tree[])[0]!),
        text: text.slice(shown.start, shown.end).replace(/\s+/g, ' ').slice(0, maxTextCharacters),
      });
      return;
    }
    for (const child of childrenOf(node)) visit(child, node);
  }
}

function metaProperty(node: Tree): MetaUse['property'] | undefined {
  if (node.type !== 'MemberExpression' || node.computed === true) return undefined;
  const [object, property] = [node.object, node.property] as [Tree, Tree];
  if (object.type !== 'MetaProperty' || !properties.includes(property.name as string)) return undefined;
  return property.name as MetaUse['property'];
}

function isUrlWithBase(node: Tree, base: Tree): boolean {
  const callee = node.callee as Tree | undefined;
  const args = node.arguments as Tree[] | undefined;
  return node.type === 'NewExpression' && callee?.name === 'URL' && args?.[1] === base;
}

/** The value of a text: in quotes, or a template without expressions. */
function textOf(node: Tree): string | undefined {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined;
  if (node.type !== 'TemplateLiteral' || (node.expressions as unknown[]).length > 0) return undefined;
  const [quasi] = node.quasis as { value: { cooked: string } }[];
  return quasi?.value.cooked;
}

function childrenOf(node: Tree): Tree[] {
  return Object.values(node)
    .flat()
    .filter((value): value is Tree => typeof (value as Tree | null)?.type === 'string');
}

/** A use of `__dirname` or `__filename`, with its line from 1. */
export interface FolderUse {
  readonly name: string;
  readonly line: number;
}

/**
 * Returns the first use of `__dirname` or `__filename` in the text of a CommonJS module, which does not declare them itself.
 * A bundle is an ES module, which has neither.
 */
export function folderUse(text: string): FolderUse | undefined {
  if (!/\b__(?:dirname|filename)\b/.test(text)) return undefined;
  let script: Tree;
  try {
    const options = { ecmaVersion: 'latest', sourceType: 'script', locations: true } as const;
    script = parse(text, { ...options, allowHashBang: true, allowReturnOutsideFunction: true }) as unknown as Tree;
  } catch {
    return undefined; // An ES module, whose use would fail in Node.js, too, unless it declares the names.
  }
  const uses: FolderUse[] = [];
  const declared = new Set<unknown>();
  visit(script, undefined);
  return uses.find(({ name }) => !declared.has(name));

  function visit(node: Tree, parent: Tree | undefined): void {
    if (node.type === 'Identifier' && (node.name === '__dirname' || node.name === '__filename')) {
      if (parent?.type === 'VariableDeclarator' && parent.id === node) declared.add(node.name);
      else if (!isPropertyName(node, parent)) uses.push({ name: node.name, line: node.loc!.start.line });
    }
    for (const child of childrenOf(node)) visit(child, node);
  }
}

function isPropertyName(node: Tree, parent: Tree | undefined): boolean {
  if (parent?.computed === true) return false;
  return parent?.type === 'MemberExpression'
    ? parent.property === node
    : parent?.type === 'Property' && parent.value !== node;
}
