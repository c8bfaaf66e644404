import type { TaskPage, TaskRow, TaskSort } from '../data.ts';
import type { TaskEntry } from './taskEntry.ts';
import type { TaskWindow } from './taskWindow.ts';

/** What a search looks for; what is undefined matches all. */
export interface TaskSearch {
  readonly text?: string | undefined;
  readonly id?: string | undefined;
  readonly task?: string | undefined;
  readonly state?: string | undefined;
  readonly queue?: string | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly sort: TaskSort;
  readonly order: 'asc' | 'desc';
  readonly offset: number;
  readonly limit: number;
}

/** The most rows of a page. */
export const maxRows = 1000;

export function searchTasks(window: TaskWindow, search: TaskSearch): TaskPage {
  const all = window.all();
  const found = all.filter((entry) => matches(entry, search));
  const ordered = inOrder(found, search);
  const distinct = (of: (row: TaskRow) => string) => [...new Set(all.map(({ row }) => of(row)))].sort();
  return {
    total: found.length,
    offset: search.offset,
    tasks: ordered.slice(search.offset, search.offset + Math.min(search.limit, maxRows)).map(({ row }) => row),
    names: distinct(({ task }) => task),
    states: distinct(({ state }) => state),
  };
}

function matches({ row, text }: TaskEntry, search: TaskSearch): boolean {
  return (
    (search.id === undefined || row.id.startsWith(search.id)) &&
    (search.task === undefined || row.task === search.task) &&
    (search.state === undefined || row.state === search.state) &&
    (search.queue === undefined || row.queue === search.queue) &&
    (search.fromMs === undefined || row.receivedMs >= search.fromMs) &&
    (search.toMs === undefined || row.receivedMs <= search.toMs) &&
    (search.text === undefined || text.includes(search.text.toLowerCase()))
  );
}

const sortKeys: Readonly<Record<TaskSort, (row: TaskRow) => number | string>> = {
  received: ({ receivedMs }) => receivedMs,
  runtime: ({ runtimeMs }) => runtimeMs ?? -1,
  task: ({ task }) => task,
  state: ({ state }) => state,
  queue: ({ queue }) => queue,
  retries: ({ retries }) => retries,
};

/** The entries come in the order of their receipt, the last first. */
function inOrder(found: TaskEntry[], { sort, order }: TaskSearch): readonly TaskEntry[] {
  if (sort === 'received') return order === 'desc' ? found : found.reverse();
  const by = sortKeys[sort];
  const sign = order === 'desc' ? -1 : 1;
  return found.sort((a, b) => sign * compare(by(a.row), by(b.row)));
}

function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
