import type { Canvas, CanvasEdge, CanvasNode } from '../../data.ts';

/** A node with the place of its upper left corner. */
export interface PlacedNode extends CanvasNode {
  readonly x: number;
  readonly y: number;
}

export interface PlacedEdge extends CanvasEdge {
  /** The data of an SVG path. */
  readonly path: string;
}

/** A frame around the members of a group that stand in one column. */
export interface GroupBox {
  readonly group: string;
  readonly count: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly groups: readonly GroupBox[];
}

export const nodeSize = { width: 196, height: 44 } as const;
const gap = { x: 84, y: 14 } as const;
const margin = 20;
/** The frame of a group around its members; its title stands in the upper part. */
const frame = { side: 8, top: 20, bottom: 8 } as const;

/** Places the nodes in columns by their level. Members of a group stand together; each stands near what leads to it, so that few edges cross. */
export function layOut({ nodes, edges }: Canvas): Layout {
  const columns = columnsOf(nodes, edges);
  const heights = columns.map((column) => heightOf(column));
  const tallest = Math.max(0, ...heights);
  const placed: PlacedNode[] = [];
  const groups: GroupBox[] = [];
  for (const [index, column] of columns.entries()) {
    const x = margin + index * (nodeSize.width + gap.x);
    let y = margin + (tallest - heights[index]!) / 2;
    for (const block of blocksOf(column)) {
      const isGroup = isFramed(block);
      const top = y;
      if (isGroup) y += frame.top;
      for (const node of block) {
        placed.push({ ...node, x, y });
        y += nodeSize.height + gap.y;
      }
      if (!isGroup) continue;
      y += frame.bottom;
      const box = { x: x - frame.side, width: nodeSize.width + 2 * frame.side, y: top, height: y - gap.y - top };
      groups.push({ group: block[0]!.group!, count: block.length, ...box });
    }
  }
  const byId = new Map(placed.map((node) => [node.id, node]));
  const drawn = edges.flatMap((edge) => {
    const [from, to] = [byId.get(edge.from), byId.get(edge.to)];
    return from && to ? [{ ...edge, path: pathOf(from, to) }] : [];
  });
  const width = 2 * margin + Math.max(1, columns.length) * (nodeSize.width + gap.x) - gap.x;
  return { width, height: 2 * margin + Math.max(nodeSize.height, tallest), nodes: placed, edges: drawn, groups };
}

/** The nodes of each level, in the order of the mean place of what leads to them. */
function columnsOf(nodes: readonly CanvasNode[], edges: readonly CanvasEdge[]): readonly (readonly CanvasNode[])[] {
  const levels = [...new Set(nodes.map(({ level }) => level))].sort((a, b) => a - b);
  const leading = new Map<string, string[]>();
  for (const { from, to } of edges) leading.set(to, [...(leading.get(to) ?? []), from]);
  const places = new Map<string, number>();
  return levels.map((level) => {
    const column = nodes.filter((node) => node.level === level);
    const weight = (node: CanvasNode, index: number) => {
      const known = (leading.get(node.id) ?? []).flatMap((id) => places.get(id) ?? []);
      return known.length === 0 ? index / column.length : mean(known);
    };
    const weights = new Map(column.map((node, index) => [node.id, weight(node, index)]));
    const groupWeights = new Map<string, number>();
    for (const { group } of column)
      if (group !== null && !groupWeights.has(group))
        groupWeights.set(group, mean(column.filter((node) => node.group === group).map(({ id }) => weights.get(id)!)));
    const weightOf = ({ id, group }: CanvasNode) => (group === null ? weights.get(id)! : groupWeights.get(group)!);
    const compareGroups = (a: CanvasNode, b: CanvasNode) => (a.group ?? '').localeCompare(b.group ?? '');
    const sorted = column.toSorted(
      (a, b) => weightOf(a) - weightOf(b) || compareGroups(a, b) || weights.get(a.id)! - weights.get(b.id)!,
    );
    for (const [index, { id }] of sorted.entries()) places.set(id, (index + 0.5) / sorted.length);
    return sorted;
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Runs of nodes with the same group; a node without a group is alone. */
function blocksOf(column: readonly CanvasNode[]): readonly (readonly CanvasNode[])[] {
  const blocks: CanvasNode[][] = [];
  for (const node of column) {
    const last = blocks.at(-1);
    if (last && node.group !== null && last[0]!.group === node.group) last.push(node);
    else blocks.push([node]);
  }
  return blocks;
}

function isFramed(block: readonly CanvasNode[]): boolean {
  return block[0]!.group !== null && block.length > 1;
}

function heightOf(column: readonly CanvasNode[]): number {
  const frames = blocksOf(column).filter(isFramed).length;
  return column.length * (nodeSize.height + gap.y) - gap.y + frames * (frame.top + frame.bottom);
}

/** From the right side of a node to the left side of another; an edge within a column or backwards makes a bow. */
function pathOf(from: PlacedNode, to: PlacedNode): string {
  const [x1, y1] = [from.x + nodeSize.width, from.y + nodeSize.height / 2];
  const [x2, y2] = [to.x - 3, to.y + nodeSize.height / 2];
  const bend = Math.max(30, Math.abs(x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
