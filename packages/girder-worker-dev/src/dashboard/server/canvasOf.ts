import type { FollowingTask } from 'girder-worker/internal/operations';
import type { Canvas, CanvasEdge, CanvasNode } from '../data.ts';
import type { TaskEntry } from './taskEntry.ts';

/** The most tasks of a graph. */
const maxNodes = 500;

const edgeKinds = {
  chain: 'chain',
  chord: 'chord',
  callback: 'callback',
  errback: 'errback',
} as const satisfies Record<FollowingTask['kind'], CanvasEdge['kind']>;

/**
 * Returns the graph of the tasks of a canvas. What a message names to follow its task is an edge, also if that task was not received yet; for
 * any other task its parent is. `focus` is the id of the task that the graph must contain.
 */
export function canvasOf(entries: readonly TaskEntry[], focus: string): Canvas {
  const shown = shownOf(entries, focus);
  const nodes = new Map<string, Omit<CanvasNode, 'level'>>();
  const edges = new Map<string, CanvasEdge>();
  for (const { row, group } of shown) nodes.set(row.id, { id: row.id, task: row.task, state: row.state, group });
  for (const { row, follows } of shown) {
    for (const { kind, id, task } of follows) {
      if (id === null) continue;
      if (!nodes.has(id)) nodes.set(id, { id, task, state: 'PENDING', group: null });
      edges.set(`${row.id} ${id}`, { from: row.id, to: id, kind: edgeKinds[kind] });
    }
  }
  const followers = new Set([...edges.values()].map(({ to }) => to));
  const entryOf = new Map(shown.map((entry) => [entry.row.id, entry]));
  for (const { row } of shown) {
    const parent = entryOf.get(row.parentId ?? '');
    if (parent === undefined || followers.has(row.id)) continue;
    // A task that follows without an id is known by its name.
    const following = parent.follows.find(({ id, task }) => id === null && task === row.task);
    const kind = following ? edgeKinds[following.kind] : 'child';
    edges.set(`${parent.row.id} ${row.id}`, { from: parent.row.id, to: row.id, kind });
  }
  const levels = levelsOf([...nodes.keys()], [...edges.values()]);
  return {
    nodes: [...nodes.values()].map((node) => ({ ...node, level: levels.get(node.id) ?? 0 })),
    edges: [...edges.values()],
    isComplete: shown.length === entries.length,
  };
}

/** The task itself, its parent, what follows it, and then the others in the order of their receipt. */
function shownOf(entries: readonly TaskEntry[], focus: string): readonly TaskEntry[] {
  if (entries.length <= maxNodes) return entries;
  const chosen = entries.find(({ row }) => row.id === focus);
  const near = new Set([
    focus,
    chosen?.row.parentId,
    chosen?.row.rootId,
    ...(chosen?.follows ?? []).map(({ id }) => id),
  ]);
  const isNear = ({ row }: TaskEntry) => near.has(row.id) || row.parentId === focus;
  const others = entries.filter((entry) => !isNear(entry)).sort((a, b) => a.row.receivedMs - b.row.receivedMs);
  return [...entries.filter(isNear), ...others].slice(0, maxNodes);
}

/** The longest way from a root to each node. Edges in a circle, which only wrong ids could make, count once. */
function levelsOf(ids: readonly string[], edges: readonly CanvasEdge[]): ReadonlyMap<string, number> {
  const levels = new Map(ids.map((id) => [id, 0]));
  for (let round = 0; round < ids.length; round++) {
    let hasChanged = false;
    for (const { from, to } of edges) {
      const level = Math.min(levels.get(from)! + 1, ids.length);
      if (level <= levels.get(to)!) continue;
      levels.set(to, level);
      hasChanged = true;
    }
    if (!hasChanged) break;
  }
  return levels;
}
