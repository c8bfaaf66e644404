import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { TaskStatistics } from '../../data.ts';
import { html } from '../html.ts';
import { formatCount, formatShare } from '../model/format.ts';
import { tasksHref } from '../model/routes.ts';
import { empty } from '../parts/notices.ts';
import { duration, scrolling, taskName } from '../parts/small.ts';
import { type SortHeading, type SortState, sortHeading } from '../parts/sortHeading.ts';

type StatisticsKey = 'task' | 'runs' | 'failed' | 'rate' | 'retried' | 'revoked' | 'p50Ms' | 'p95Ms' | 'p99Ms';

const headings: readonly SortHeading<StatisticsKey>[] = [
  { key: 'task', text: 'Task', first: 'asc' },
  { key: 'runs', text: 'Runs', first: 'desc', class: 'number' },
  { key: 'failed', text: 'Failed', first: 'desc', class: 'number' },
  { key: 'rate', text: 'Failure rate', first: 'desc', class: 'number' },
  { key: 'retried', text: 'Retried', first: 'desc', class: 'number' },
  { key: 'revoked', text: 'Revoked', first: 'desc', class: 'number' },
  { key: 'p50Ms', text: 'p50', first: 'desc', class: 'number' },
  { key: 'p95Ms', text: 'p95', first: 'desc', class: 'number' },
  { key: 'p99Ms', text: 'p99', first: 'desc', class: 'number' },
];

function sortValue(row: TaskStatistics, key: StatisticsKey): number | string {
  if (key === 'runs') return row.succeeded + row.failed;
  if (key === 'rate') return row.failed / Math.max(1, row.succeeded + row.failed);
  return row[key] ?? -1;
}

interface StatisticsTableProps {
  readonly tasks: readonly TaskStatistics[];
  readonly minutes: number;
}

/** The runs, failures and runtimes of each task, with headings that sort them. */
export function StatisticsTable({ tasks, minutes }: StatisticsTableProps): VNode {
  const [order, setOrder] = useState<SortState<StatisticsKey>>({ sort: 'runs', order: 'desc' });
  if (tasks.length === 0) return empty('No runs in this time.');
  const sign = order.order === 'asc' ? 1 : -1;
  const sorted = tasks.toSorted((a, b) => {
    const [x, y] = [sortValue(a, order.sort), sortValue(b, order.sort)];
    return sign * (x < y ? -1 : x > y ? 1 : 0);
  });
  return scrolling(
    'Statistics of tasks',
    html`<table>
      <caption class="hidden">Runs, failures and runtimes of each task</caption>
      <thead><tr>${headings.map((heading) => sortHeading(heading, order, setOrder))}</tr></thead>
      <tbody>${sorted.map(
        (row) => html`<tr key=${row.task}>
          <th scope="row"><a href=${tasksHref({ task: row.task, minutes })}>${taskName(row.task)}</a></th>
          <td class="number">${formatCount(row.succeeded + row.failed)}</td>
          <td class=${`number ${row.failed > 0 ? 'tone-bad' : 'muted'}`}>${formatCount(row.failed)}</td>
          <td class=${`number ${row.failed > 0 ? '' : 'muted'}`}>${formatShare(row.failed, row.failed + row.succeeded)}</td>
          <td class=${`number ${row.retried > 0 ? '' : 'muted'}`}>${formatCount(row.retried)}</td>
          <td class=${`number ${row.revoked > 0 ? '' : 'muted'}`}>${formatCount(row.revoked)}</td>
          <td class="number">${duration(row.p50Ms)}</td><td class="number">${duration(row.p95Ms)}</td>
          <td class="number">${duration(row.p99Ms)}</td>
        </tr>`,
      )}</tbody>
    </table>`,
  );
}
