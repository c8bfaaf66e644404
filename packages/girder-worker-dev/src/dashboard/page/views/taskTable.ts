import type { VNode } from 'preact';
import type { TaskRow, TaskSort } from '../../data.ts';
import { html } from '../html.ts';
import { formatCount, shortId } from '../model/format.ts';
import { type TaskFilters, taskHref } from '../model/routes.ts';
import { duration, scrolling, stateBadge, taskName, timeAgo } from '../parts/small.ts';
import { type SortHeading, sortHeading } from '../parts/sortHeading.ts';

interface Selection {
  readonly selected: ReadonlyMap<string, TaskRow>;
  readonly onSelect: (selected: ReadonlyMap<string, TaskRow>) => void;
}

interface TaskTableProps {
  readonly rows: readonly TaskRow[];
  readonly filters: TaskFilters;
  readonly onSort: (changed: Partial<TaskFilters>) => void;
  /** Null if tasks cannot be selected. */
  readonly selection: Selection | null;
}

const headings: readonly SortHeading<TaskSort>[] = [
  { key: 'state', text: 'State', first: 'asc' },
  { key: 'task', text: 'Task', first: 'asc' },
  { key: 'received', text: 'Received', first: 'desc' },
  { key: 'runtime', text: 'Runtime', first: 'desc', class: 'number' },
  { key: 'retries', text: 'Retries', first: 'desc', class: 'number' },
  { key: 'queue', text: 'Queue', first: 'asc', class: 'wide-only' },
];

/** The most characters of arguments and errors in a row: the view of the task has all. */
const maxText = 160;

/** The tasks of a page, with headings that sort all pages. */
export function taskTable({ rows, filters, onSort, selection }: TaskTableProps): VNode {
  const areAll = selection !== null && rows.every(({ id }) => selection.selected.has(id));
  const selectAll = () => {
    const next = new Map(selection!.selected);
    for (const row of rows) areAll ? next.delete(row.id) : next.set(row.id, row);
    selection!.onSelect(next);
  };
  return scrolling(
    'List of tasks',
    html`<table class="task-table cards">
      <caption class="hidden">Tasks that match the search</caption>
      <thead><tr>
        ${selection && html`<td class="select"><input type="checkbox" aria-label="Select all tasks of this page" checked=${areAll} onChange=${selectAll} /></td>`}
        ${headings.map((heading) => sortHeading(heading, filters, onSort))}
        <th scope="col" class="wide-only">Arguments</th>
      </tr></thead>
      <tbody>${rows.map((row) => rowOf(row, selection))}</tbody>
    </table>`,
  );
}

function rowOf(row: TaskRow, selection: Selection | null): VNode {
  const { id, task, state, queue, receivedMs, runtimeMs, retries, args, kwargs, error } = row;
  const isSelected = selection?.selected.has(id) ?? false;
  const select = () => {
    const next = new Map(selection!.selected);
    isSelected ? next.delete(id) : next.set(id, row);
    selection!.onSelect(next);
  };
  return html`<tr key=${id} class=${isSelected ? 'selected' : ''}>
    ${selection && html`<td class="select"><input type="checkbox" aria-label=${`Select ${task} ${id}`} checked=${isSelected} onChange=${select} /></td>`}
    <td>${stateBadge(state)}</td>
    <th scope="row">
      <a href=${taskHref(id)} title=${`${task}\n${id}`}>${taskName(task)}</a> <span class="code muted">${shortId(id)}</span>
      ${error !== null && html`<div class="error-text one-line">${error.slice(0, maxText)}</div>`}
    </th>
    <td class="nowrap">${timeAgo(receivedMs)}</td>
    <td class="number">${duration(runtimeMs)}</td>
    <td class=${`number ${retries === 0 ? 'muted zero' : ''}`} data-label="Retries">${formatCount(retries)}</td>
    <td class="wide-only">${queue}</td>
    <td class="wide-only"><div class="code muted one-line arguments">${`${args.slice(0, maxText)} ${kwargs === '{}' ? '' : kwargs.slice(0, maxText)}`}</div></td>
  </tr>`;
}
