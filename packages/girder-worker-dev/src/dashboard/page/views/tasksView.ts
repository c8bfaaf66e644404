import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { TaskPage, TaskRow } from '../../data.ts';
import { forgetting, revocation, termination } from '../actions/taskActions.ts';
import { readOnlyHint, useActions } from '../actions/useActions.ts';
import { h, html } from '../html.ts';
import { formatCount, plural } from '../model/format.ts';
import { getData } from '../model/requests.ts';
import { pageSize, type TaskFilters, taskQuery } from '../model/routes.ts';
import { useData, useInterval } from '../parts/hooks.ts';
import { navigate } from '../parts/navigation.ts';
import { empty, failed, loading } from '../parts/notices.ts';
import { SearchForm } from './searchForm.ts';
import { taskTable } from './taskTable.ts';

interface TasksViewProps {
  readonly filters: TaskFilters;
  /** The queues that the dashboard knows. */
  readonly queues: readonly string[];
  readonly hasActions: boolean;
}

/** How often the list is read again, if the user wants that. */
const refreshMs = 5000;

export function TasksView({ filters, queues, hasActions }: TasksViewProps): VNode {
  const [isLive, setLive] = useState(false);
  const [selected, setSelected] = useState<ReadonlyMap<string, TaskRow>>(new Map());
  const key = JSON.stringify(filters);
  const { data, error, isLoading, reload } = useData<TaskPage>(key, (signal) =>
    getData(`/data/tasks${taskQuery(filters, Date.now())}`, signal),
  );
  useInterval(isLive ? refreshMs : null, reload);
  useEffect(() => setSelected(new Map()), [JSON.stringify({ ...filters, page: 0, sort: '', order: '' })]);
  const actions = useActions(() => {
    setSelected(new Map());
    reload();
  });
  const go = (changed: Partial<TaskFilters>, options?: { replace: boolean }) =>
    navigate({ view: 'tasks', ...filters, page: 1, ...changed }, options);
  const rows = data?.tasks ?? [];
  const chosen = [...selected.values()];
  return html`<div class="view">
    <div class="view-head">
      <h1 tabindex="-1">Tasks</h1>
      <div class="buttons">
        <label class="check"><input type="checkbox" checked=${isLive} onChange=${() => setLive(!isLive)} />Refresh every 5 s</label>
        <button type="button" onClick=${reload}>Refresh</button>
      </div>
    </div>
    ${h(SearchForm, { filters, queues, names: data?.names ?? [], states: data?.states ?? [], onChange: go })}
    ${actions.output}
    ${error && failed(error, reload)}
    <section class="card" aria-busy=${isLoading}>
      <div class="card-head">
        <p role="status" class="count">${data && counted(data)}${isLoading && data && html`<span class="muted"> updating…</span>`}</p>
        ${
          hasActions &&
          html`<div class="buttons">
          ${chosen.length > 0 && html`<span class="muted">${formatCount(chosen.length)} selected</span>`}
          <button type="button" disabled=${chosen.length === 0} onClick=${() => actions.confirm(revocation(chosen))}>Revoke</button>
          <button type="button" disabled=${chosen.length === 0} onClick=${() => actions.confirm(termination(chosen))}>Terminate</button>
          <button type="button" disabled=${chosen.length === 0} onClick=${() => actions.confirm(forgetting(chosen))}>Forget</button>
        </div>`
        }
      </div>
      ${data === undefined && !error && loading()}
      ${data && rows.length === 0 && empty('No task matches. Remove a filter, or choose a longer time.')}
      ${rows.length > 0 && taskTable({ rows, filters, onSort: go, selection: hasActions ? { selected, onSelect: setSelected } : null })}
      ${data && data.total > pageSize && pager(data.total, filters.page, (page) => go({ page }))}
    </section>
    ${!hasActions && readOnlyHint()}
  </div>`;
}

function counted({ total, tasks, offset }: TaskPage): string {
  if (total <= pageSize || tasks.length === 0) return plural(total, 'task');
  return `${formatCount(offset + 1)}–${formatCount(offset + tasks.length)} of ${plural(total, 'task')}`;
}

function pager(total: number, page: number, go: (page: number) => void): VNode {
  const last = Math.ceil(total / pageSize);
  const button = (text: string, target: number, isPossible: boolean) =>
    html`<button type="button" disabled=${!isPossible} onClick=${() => go(target)}>${text}</button>`;
  return html`<nav class="pager" aria-label="Pages of the list">
    ${button('First', 1, page > 1)} ${button('Previous', page - 1, page > 1)}
    <label>Page <input type="number" min="1" max=${last} value=${page} onChange=${(event: Event) => {
      const wanted = Math.trunc(Number((event.currentTarget as HTMLInputElement).value));
      if (wanted >= 1) go(Math.min(wanted, last));
    }} /> of ${formatCount(last)}</label>
    ${button('Next', page + 1, page < last)} ${button('Last', last, page < last)}
  </nav>`;
}
