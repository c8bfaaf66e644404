import { fieldsOf, isFields, listOf, own } from '../fields.ts';

/** A node of a tree in Girder Worker's format `nested`: `children`, `node_data` and `edge_data`. */
export type TreeNode = Readonly<Record<string, unknown>>;

/** The deepest tree that is converted. */
const maxTreeDepth = 1000;

export function assertTreeDepth(depth: number): void {
  if (depth > maxTreeDepth) throw new Error(`The tree is deeper than ${maxTreeDepth} levels.`);
}

/** Characters that have a meaning in Newick. */
const reserved = /[:;(),[\]\t\n\r=]/g;

/**
 * Writes a tree in Newick format as Girder Worker does: nodes with their names and the lengths of their edges (1 if there is
 * none, up to six digits), the root without both. Reserved characters in a name become `_`. Throws for trees deeper than
 * 1000 levels.
 */
export function stringifyNewick(root: TreeNode): string {
  return `${childrenText(root, 1)};`;
}

function childrenText(node: TreeNode, depth: number): string {
  const children = listOf(node, 'children', 'a node of the tree');
  if (children.length === 0) return '';
  assertTreeDepth(depth);
  const texts = children.map((child) => {
    if (!isFields(child)) throw new Error('"children" of a node of the tree must be objects.');
    return childrenText(child, depth + 1) + nodeText(child);
  });
  return `(${texts.join(',')})`;
}

function nodeText(node: TreeNode): string {
  const name = own(fieldsOf(node, 'node_data', 'a node of the tree'), 'node name') ?? '';
  const length = own(fieldsOf(node, 'edge_data', 'a node of the tree'), 'weight') ?? 1;
  if (typeof length !== 'number') throw new Error('"weight" of an edge of the tree must be a number.');
  return `${String(name).replace(reserved, '_')}:${sixDigits(length)}`;
}

/** Python's `%0.6g`. */
export function sixDigits(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  const [mantissa, exponent] = value.toExponential(5).split('e') as [string, string];
  const power = Number(exponent);
  if (power >= -4 && power < 6) return withoutZeros(value.toFixed(5 - power));
  return `${withoutZeros(mantissa)}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

function withoutZeros(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}
