import { expect, test } from 'vitest';
import type { Canvas, CanvasNode } from '../../data.ts';
import { layOut, nodeSize } from './layout.ts';

const node = (id: string, level: number, group: string | null = null): CanvasNode => ({
  ...{ id, level, group },
  ...{ task: `pkg.${id}`, state: 'SUCCESS' },
});

/** A task that sends a group of many, mixed with others, and a body. */
const chord: Canvas = {
  nodes: [
    node('root', 0),
    ...Array.from({ length: 9 }, (_, index) => node(`m${index}`, 1, index % 2 === 0 ? 'g' : null)),
    node('body', 2),
  ],
  edges: Array.from({ length: 9 }, (_, index) => [
    { from: 'root', to: `m${index}`, kind: 'child' as const },
    { from: `m${index}`, to: 'body', kind: 'chord' as const },
  ]).flat(),
  isComplete: true,
};

test('nodes of a level stand in a column, levels from left to right', () => {
  const { nodes } = layOut(chord);
  const columns = [0, 1, 2].map((level) => new Set(nodes.filter((one) => one.level === level).map(({ x }) => x)));
  expect(columns.map(({ size }) => size)).toEqual([1, 1, 1]);
  const [first, second, third] = columns.map((column) => [...column][0]!);
  expect(first! + nodeSize.width).toBeLessThan(second!);
  expect(second! + nodeSize.width).toBeLessThan(third!);
});

test('nodes do not overlap, and lie within the drawing', () => {
  const { nodes, width, height } = layOut(chord);
  for (const a of nodes) {
    expect(a.x >= 0 && a.y >= 0 && a.x + nodeSize.width <= width && a.y + nodeSize.height <= height).toBe(true);
    for (const b of nodes)
      if (a !== b) expect(Math.abs(a.x - b.x) >= nodeSize.width || Math.abs(a.y - b.y) >= nodeSize.height).toBe(true);
  }
});

test('members of a group stand together in a frame, and nothing else is in it', () => {
  const { nodes, groups } = layOut(chord);
  expect(groups).toMatchObject([{ group: 'g', count: 5 }]);
  const [box] = groups;
  const inside = nodes.filter(
    ({ x, y }) => x >= box!.x && x <= box!.x + box!.width && y + nodeSize.height > box!.y && y < box!.y + box!.height,
  );
  expect(inside.map(({ group }) => group)).toEqual(['g', 'g', 'g', 'g', 'g']);
});

test('a node stands near what leads to it, so that edges do not cross', () => {
  const { nodes } = layOut({
    nodes: [node('a', 0), node('b', 0), node('ofB', 1), node('ofA', 1)],
    edges: [
      { from: 'a', to: 'ofA', kind: 'chain' },
      { from: 'b', to: 'ofB', kind: 'chain' },
    ],
    isComplete: true,
  });
  const y = (id: string) => nodes.find((one) => one.id === id)!.y;
  expect(y('a') < y('b')).toBe(y('ofA') < y('ofB'));
});

test('edges whose ends are not shown are left out, and a canvas without nodes is empty', () => {
  const edges = [{ from: 'gone', to: 'a', kind: 'child' }] as const;
  expect(layOut({ nodes: [node('a', 0)], edges, isComplete: false }).edges).toEqual([]);
  expect(layOut({ nodes: [], edges: [], isComplete: true }).nodes).toEqual([]);
});
