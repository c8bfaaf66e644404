import { assertTreeDepth, type TreeNode } from './nestedTree.ts';

/** A node while its text is read. */
interface OpenNode {
  name: string;
  lengthText: string | undefined;
  readonly children: OpenNode[];
}

/** Comments, quoted labels, punctuation, and labels without quotes. */
const tokens = /\s+|\[[^\]]*\]|'[^']*(?:''[^']*)*'|[(),:;]|[^\s()[\]',:;]+/gy;

/**
 * Reads a tree in Newick format: `((a:1,b:2)c:3,d);`. Labels may be quoted; comments in brackets are left out. Reads without
 * recursion. Throws an Error with the position of what is wrong.
 */
export function parseNewick(text: string): TreeNode {
  const root = newNode();
  const open: OpenNode[] = [];
  let node = root;
  // What the node has so far: nothing; a closed list of children; a name; a colon; a length.
  let state: 'start' | 'closed' | 'named' | 'colon' | 'length' = 'start';
  tokens.lastIndex = 0;
  for (let position = 0; ; position = tokens.lastIndex) {
    const token = tokens.exec(text)?.[0];
    if (token === undefined) throw new Error(describeEnd(text, position));
    if (token.startsWith('[') || token.trim() === '') continue;
    const unexpected = () =>
      new Error(`The Newick tree has an unexpected ${JSON.stringify(token.slice(0, 20))} at character ${position}.`);
    switch (token) {
      case '(':
        if (state !== 'start') throw unexpected();
        open.push(node);
        assertTreeDepth(open.length);
        node = addChild(node);
        break;
      case ',': {
        const parent = open.at(-1);
        if (!parent || state === 'colon') throw unexpected();
        node = addChild(parent);
        state = 'start';
        break;
      }
      case ')': {
        const parent = open.pop();
        if (!parent || state === 'colon') throw unexpected();
        node = parent;
        state = 'closed';
        break;
      }
      case ':':
        if (state === 'colon' || state === 'length') throw unexpected();
        state = 'colon';
        break;
      case ';':
        if (open.length > 0 || state === 'colon') throw unexpected();
        if (text.slice(tokens.lastIndex).trim() !== '') throw new Error('The Newick text has more than one tree.');
        return nestedTree(root);
      default:
        if (state === 'colon') {
          if (!Number.isFinite(Number(token))) throw unexpected();
          node.lengthText = token;
          state = 'length';
        } else {
          if (state === 'named' || state === 'length') throw unexpected();
          node.name = label(token);
          state = 'named';
        }
    }
  }
}

function newNode(): OpenNode {
  return { name: '', lengthText: undefined, children: [] };
}

function addChild(parent: OpenNode): OpenNode {
  const child = newNode();
  parent.children.push(child);
  return child;
}

function label(token: string): string {
  return token.startsWith("'") ? token.slice(1, -1).replaceAll("''", "'") : token;
}

function describeEnd(text: string, position: number): string {
  if (position >= text.length) return 'The Newick tree does not end with ";".';
  return `The Newick tree has an unexpected ${JSON.stringify(text[position])} at character ${position}.`;
}

/**
 * The tree in the format `nested`, as Girder Worker's converters made it: the weight of an edge is its length, the weight of
 * a node the sum of the lengths from the root.
 */
function nestedTree(root: OpenNode): TreeNode {
  const nested: Record<string, unknown> = { edge_fields: ['weight'], node_fields: ['node name', 'node weight'] };
  const pending = [{ open: root, target: nested, weight: 0 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { open, target, weight } = next;
    const length = open.lengthText === undefined ? undefined : Number(open.lengthText);
    const nodeWeight = weight + (length ?? 0);
    target.node_data = { 'node name': open.name, 'node weight': nodeWeight };
    if (length !== undefined) target.edge_data = { weight: length };
    if (open.children.length === 0) continue;
    const children = open.children.map((child) => ({
      open: child,
      target: {} as Record<string, unknown>,
      weight: nodeWeight,
    }));
    target.children = children.map((child) => child.target);
    pending.push(...children.reverse());
  }
  return nested;
}
