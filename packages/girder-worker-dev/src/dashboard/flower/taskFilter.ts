import type { FlowerTask } from './flowerTask.ts';
import type { SearchQuery } from './searchQuery.ts';

/** Which tasks `GET /api/tasks` returns, in which order; what is undefined matches all. */
export interface TaskFilter {
  readonly limit?: number | undefined;
  readonly offset: number;
  /** `-` before a key sorts in descending order. @default `-timestamp` */
  readonly sortBy?: string | undefined;
  readonly worker?: string | undefined;
  readonly name?: string | undefined;
  readonly state?: string | undefined;
  readonly receivedFromMs?: number | undefined;
  readonly receivedToMs?: number | undefined;
  readonly search: SearchQuery;
}

/** What tasks can be sorted by. */
export const sortKeys: readonly string[] = ['name', 'received', 'started', 'state'];

export function filterTasks(tasks: readonly FlowerTask[], filter: TaskFilter): readonly FlowerTask[] {
  const { offset, limit } = filter;
  const found = tasks.filter((task) => isIn(task, filter) && matches(task, filter.search));
  const sorted = inOrder(found, filter.sortBy);
  return sorted.slice(offset, limit === undefined ? undefined : offset + Math.max(limit, 0));
}

function isIn(task: FlowerTask, { worker, name, state, receivedFromMs, receivedToMs }: TaskFilter): boolean {
  const ms = task.received?.ms;
  return (
    (!worker || folded(task.worker) === folded(worker)) &&
    (!name || folded(task.name) === folded(name)) &&
    (!state || folded(task.state) === folded(state)) &&
    (receivedFromMs === undefined || ms === undefined || ms >= receivedFromMs) &&
    (receivedToMs === undefined || ms === undefined || ms <= receivedToMs)
  );
}

function matches(task: FlowerTask, query: SearchQuery): boolean {
  switch (query.kind) {
    case 'all':
      return true;
    case 'and':
      return query.children.every((child) => matches(task, child));
    case 'or':
      return query.children.some((child) => matches(task, child));
    case 'term':
      return hasTerm(task, query.field, folded(query.value));
  }
}

function hasTerm(task: FlowerTask, field: string | null, value: string): boolean {
  const { uuid, name, state, worker, args, kwargs, result } = task;
  if (field === 'state') return folded(state) === value;
  if (field === 'kwargs' && value.includes('=')) return hasKeyword(folded(kwargs), value);
  const texts = { name, state, worker, args, kwargs, result };
  if (field !== null) return folded(texts[field as keyof typeof texts]).includes(value);
  return [uuid, ...Object.values(texts)].some((text) => folded(text).includes(value));
}

/** Whether the repr of keyword arguments has `name=value`. Flower compares with `str(value)`: a string stands without its quotes. */
function hasKeyword(kwargs: string, pair: string): boolean {
  const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)].map((text) =>
    text.trim(),
  );
  return [`'${value}'`, `"${value}"`, value].some((repr) =>
    [',', '}'].some((end) => kwargs.includes(`'${name}': ${repr}${end}`)),
  );
}

/** A value that is null comes before all others. Tasks that are equal are in the order of their ids. */
function inOrder(tasks: FlowerTask[], sortBy = '-timestamp'): FlowerTask[] {
  const key = sortBy.replace(/^-+/, '') as 'name' | 'received' | 'started' | 'state' | 'timestamp';
  const sign = sortBy.startsWith('-') ? -1 : 1;
  const sorted = (task: FlowerTask): string | number => {
    const value = task[key];
    if (value === null) return key === 'name' || key === 'state' ? '' : Number.NEGATIVE_INFINITY;
    return typeof value === 'string' ? folded(value) : value.ms;
  };
  return tasks.sort((a, b) => sign * (compare(sorted(a), sorted(b)) || compare(a.uuid, b.uuid)));
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function folded(text: string | null): string {
  return (text ?? '').toLowerCase();
}
