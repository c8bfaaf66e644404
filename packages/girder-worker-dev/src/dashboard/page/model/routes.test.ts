import { expect, test } from 'vitest';
import { formatRoute, noFilters, parseRoute, type Route, type TaskFilters, taskQuery, tasksHref } from './routes.ts';

const filters: TaskFilters = {
  ...{ text: 'a&b=ü', id: 'f00', task: 'pkg.add', state: 'FAILURE', queue: 'celery', minutes: 15 },
  ...{ fromMs: null, toMs: null, sort: 'runtime', order: 'asc', page: 3 },
};

const routes: readonly Route[] = [
  { view: 'overview', minutes: 60 },
  { view: 'overview', minutes: 1440 },
  { view: 'tasks', ...noFilters },
  { view: 'tasks', ...filters },
  { view: 'tasks', ...noFilters, fromMs: 1, toMs: 2000 },
  { view: 'task', id: 'a/b?c#d%20 é' },
  { view: 'queues', queue: '' },
  { view: 'queues', queue: 'high priority' },
  { view: 'orphans' },
];

test.each(routes.map((route) => [formatRoute(route), route]))('%s is the address of one route', (hash, route) => {
  expect(parseRoute(hash)).toEqual(route);
});

test.each(['', '#', '#/', '#/unknown', '#/overview?minutes=61', '#/overview?minutes=x'])(
  '"%s" is the overview of an hour',
  (hash) => {
    expect(parseRoute(hash)).toEqual({ view: 'overview', minutes: 60 });
  },
);

test('what is invalid in an address counts as not given', () => {
  expect(parseRoute('#/tasks?sort=__proto__&order=up&page=-1&minutes=1e3&from=x')).toEqual({
    view: 'tasks',
    ...noFilters,
  });
  expect(parseRoute('#/tasks/%E0%A4%A')).toEqual({ view: 'task', id: '%E0%A4%A' });
});

test('filters that are as they are by default are not in the address', () => {
  expect(tasksHref({})).toBe('#/tasks');
  expect(tasksHref({ state: 'FAILURE', minutes: 60 })).toBe('#/tasks?state=FAILURE&minutes=60');
});

test('the server is asked for a page, and for absolute times', () => {
  expect(taskQuery(filters, 1_000_000)).toBe(
    '?text=a%26b%3D%C3%BC&id=f00&task=pkg.add&state=FAILURE&queue=celery&fromMs=100000&sort=runtime&order=asc&offset=200&limit=100',
  );
  expect(taskQuery({ ...noFilters, fromMs: 5, toMs: 6 }, 1_000_000)).toBe(
    '?fromMs=5&toMs=6&sort=received&order=desc&offset=0&limit=100',
  );
});
