import type { TaskSort } from '../../data.ts';

/** A view and its filters, which the hash of the address tells: `#/tasks?state=FAILURE`. */
export type Route =
  | { readonly view: 'overview'; readonly minutes: number }
  | ({ readonly view: 'tasks' } & TaskFilters)
  | { readonly view: 'task'; readonly id: string }
  | { readonly view: 'queues'; readonly queue: string }
  | { readonly view: 'orphans' };

/** What the list of tasks is narrowed to; an empty text matches all. */
export interface TaskFilters {
  readonly text: string;
  readonly id: string;
  readonly task: string;
  readonly state: string;
  readonly queue: string;
  /** The tasks of the last minutes; null for any time, or for `fromMs` and `toMs`. */
  readonly minutes: number | null;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly sort: TaskSort;
  readonly order: 'asc' | 'desc';
  /** The first page is 1. */
  readonly page: number;
}

/** The times that a view can show, in minutes. */
export const windows: readonly (readonly [minutes: number, text: string])[] = [
  [15, '15 min'],
  [60, '1 h'],
  [360, '6 h'],
  [1440, '24 h'],
  [10_080, '7 days'],
];

export const defaultMinutes = 60;

/** How many tasks a page of the list has. */
export const pageSize = 100;

export const noFilters: TaskFilters = {
  ...{ text: '', id: '', task: '', state: '', queue: '', minutes: null, fromMs: null, toMs: null },
  ...{ sort: 'received', order: 'desc', page: 1 },
};

const sorts: readonly string[] = ['received', 'runtime', 'task', 'state', 'queue', 'retries'] satisfies TaskSort[];

/** Returns the route of a hash. What is unknown or invalid in it counts as not given. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#?\/?/, '').split(/\?(.*)/s);
  const [view, ...rest] = path.split('/');
  const query = new URLSearchParams(search);
  if (view === 'tasks' && rest[0]) return { view: 'task', id: decoded(rest.join('/')) };
  if (view === 'tasks') return { view, ...filtersIn(query) };
  if (view === 'queues') return { view, queue: query.get('queue') ?? '' };
  if (view === 'orphans') return { view };
  const minutes = Number(query.get('minutes'));
  return { view: 'overview', minutes: windows.some(([known]) => known === minutes) ? minutes : defaultMinutes };
}

function filtersIn(query: URLSearchParams): TaskFilters {
  const text = (name: string) => query.get(name) ?? '';
  const number = (name: string) => (/^\d{1,15}$/.test(text(name)) ? Number(text(name)) : null);
  const sort = text('sort');
  return {
    ...{ text: text('text'), id: text('id'), task: text('task'), state: text('state'), queue: text('queue') },
    ...{ minutes: number('minutes'), fromMs: number('from'), toMs: number('to') },
    sort: sorts.includes(sort) ? (sort as TaskSort) : noFilters.sort,
    order: text('order') === 'asc' ? 'asc' : 'desc',
    page: Math.max(1, number('page') ?? 1),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Returns the hash of a route, without what is as it is by default. */
export function formatRoute(route: Route): string {
  switch (route.view) {
    case 'overview':
      return `#/overview${searchOf({ minutes: route.minutes === defaultMinutes ? null : route.minutes })}`;
    case 'tasks': {
      const { sort, order, page, fromMs, toMs, text, id, task, state, queue, minutes } = route;
      return `#/tasks${searchOf({
        ...{ text, id, task, state, queue, minutes, from: fromMs, to: toMs },
        sort: sort === noFilters.sort ? null : sort,
        order: order === noFilters.order ? null : order,
        page: page === 1 ? null : page,
      })}`;
    }
    case 'task':
      return `#/tasks/${encodeURIComponent(route.id)}`;
    case 'queues':
      return `#/queues${searchOf({ queue: route.queue })}`;
    case 'orphans':
      return '#/orphans';
  }
}

/** Whether filters leave anything out. The order of the list is no filter. */
export function isFiltered({ text, id, task, state, queue, minutes, fromMs, toMs }: TaskFilters): boolean {
  return (
    [text, id, task, state, queue].some((value) => value !== '') || [minutes, fromMs, toMs].some((at) => at !== null)
  );
}

/** The address of a list of tasks with some filters. */
export function tasksHref(filters: Partial<TaskFilters>): string {
  return formatRoute({ view: 'tasks', ...noFilters, ...filters });
}

export function taskHref(id: string): string {
  return formatRoute({ view: 'task', id });
}

/** What `GET /data/tasks` is asked for. */
export function taskQuery(filters: TaskFilters, nowMs: number): string {
  const { text, id, task, state, queue, minutes, fromMs, toMs, sort, order, page } = filters;
  const from = minutes === null ? fromMs : nowMs - minutes * 60_000;
  return searchOf({
    ...{ text, id: id.trim(), task, state, queue, fromMs: from, toMs: minutes === null ? toMs : null },
    ...{ sort, order, offset: (page - 1) * pageSize, limit: pageSize },
  });
}

function searchOf(values: Readonly<Record<string, string | number | null>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== '');
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return search === '' ? '' : `?${search}`;
}
