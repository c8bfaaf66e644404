import type { VNode } from 'preact';
import type { TaskDetail, TaskRow } from '../../data.ts';
import { forgetting, revocation, termination } from '../actions/taskActions.ts';
import { readOnlyHint, useActions } from '../actions/useActions.ts';
import { CanvasGraph } from '../graph/canvasGraph.ts';
import { h, html } from '../html.ts';
import { formatCount, plural } from '../model/format.ts';
import { prettyJson } from '../model/prettyJson.ts';
import { getData } from '../model/requests.ts';
import { tasksHref } from '../model/routes.ts';
import { hasEnded } from '../model/states.ts';
import { CopyButton } from '../parts/copyButton.ts';
import { useData, useInterval, useNow } from '../parts/hooks.ts';
import { progressMeter } from '../parts/meter.ts';
import { empty, failed, loading } from '../parts/notices.ts';
import { card, duration, fullTime, scrolling, stateBadge, taskLink } from '../parts/small.ts';
import { deliveries } from '../timeline/timeline.ts';

interface TaskViewProps {
  readonly id: string;
  readonly hasActions: boolean;
}

/** How often a task is read again that has not ended. */
const refreshMs = 2000;

export function TaskView({ id, hasActions }: TaskViewProps): VNode {
  const { data, error, isLoading, reload } = useData<TaskDetail>(id, (signal) =>
    getData(`/data/tasks/${encodeURIComponent(id)}`, signal),
  );
  const detail = data?.task.id === id ? data : undefined;
  const isRunning = detail !== undefined && !isOver(detail);
  useInterval(isRunning ? refreshMs : null, reload);
  const nowMs = useNow(isRunning ? 1000 : 60_000);
  const actions = useActions(reload);
  const task = detail?.task;
  return html`<div class="view">
    <p class="path"><a href=${tasksHref({})}>Tasks</a></p>
    <div class="view-head">
      <h1 tabindex="-1" class="task-heading">${task === undefined ? 'Task' : task.task || 'Task of unknown name'}</h1>
      <span role="status">${task && stateBadge(task.state)}</span>
      <div class="buttons">
        <button type="button" onClick=${reload} disabled=${isLoading && detail === undefined}>Refresh</button>
        ${
          hasActions &&
          task &&
          html`
          <button type="button" onClick=${() => actions.confirm(revocation([task]))} disabled=${!isRunning}>Revoke</button>
          <button type="button" onClick=${() => actions.confirm(termination([task]))} disabled=${!isRunning}>Terminate</button>
          <button type="button" onClick=${() => actions.sendAgain(task)} disabled=${task.task === ''}>Send again</button>
          <button type="button" onClick=${() => actions.confirm(forgetting([task]))}>Forget</button>`
        }
      </div>
    </div>
    <p class="id-line"><span class="code">${id}</span> ${h(CopyButton, { text: id, label: 'Copy the id' })}</p>
    ${actions.output}
    ${error && failed(error, reload)}
    ${detail === undefined && !error && loading()}
    ${detail && content(detail, nowMs)}
    ${!hasActions && readOnlyHint()}
  </div>`;
}

function isOver({ task, canvas }: TaskDetail): boolean {
  return hasEnded(task.state) && canvas.nodes.every(({ id, state }) => id !== task.id || hasEnded(state));
}

function content(detail: TaskDetail, nowMs: number): VNode {
  const { task, progress, resultJson, traceback, runs, canvas } = detail;
  const isFinal = hasEnded(task.state);
  return html`
    ${facts(task)}
    ${progress && card('Progress', progressMeter(progress))}
    ${task.error !== null && card(errorHeading(task.state), block('Error', task.error, 'error-text'))}
    ${traceback !== null && card('Traceback', block('Traceback', traceback))}
    <div class="columns">
      ${card('Arguments', html`${block('Positional arguments', task.args || '()')}${block('Keyword arguments', task.kwargs || '{}')}`)}
      ${card(
        isFinal ? 'Result' : 'Meta of the state',
        resultJson === null ? empty(withoutResult(task.state)) : block('Result', prettyJson(resultJson)),
      )}
    </div>
    ${card('Deliveries, attempts and retries', deliveries(task, runs, nowMs), html`<span class="muted">${runs.length === 1 ? '1 has' : `${formatCount(runs.length)} have`} ended</span>`)}
    ${card(
      'Canvas',
      canvas.nodes.length < 2
        ? empty('The task is not part of a canvas: it was sent alone, and has sent no others.')
        : h(CanvasGraph, { canvas, focus: task.id }),
      html`<span class="muted">${plural(canvas.nodes.length, 'task')}${canvas.isComplete ? '' : ', not all of them are shown'}</span>`,
    )}
    ${card('Log', logOf(detail))}`;
}

function errorHeading(state: string): string {
  if (state === 'REVOKED') return 'Reason';
  return state === 'FAILURE' ? 'Error' : 'Error of the last run';
}

function withoutResult(state: string): string {
  if (state === 'FAILURE') return 'The task has failed: it has no result.';
  return hasEnded(state) ? 'The result table keeps no result of this task.' : 'The task has not told anything yet.';
}

function facts(task: TaskRow): VNode {
  const { queue, worker, receivedMs, startedMs, endedMs, runtimeMs, retries, rootId, parentId, id } = task;
  const rows: readonly (readonly [string, unknown])[] = [
    ['Queue', queue === '' ? '–' : html`<a href=${tasksHref({ queue })}>${queue}</a>`],
    ['Worker', html`<span class="code">${worker || '–'}</span>`],
    ['Received', fullTime(receivedMs)],
    ['Started', fullTime(startedMs)],
    ['Ended', fullTime(endedMs)],
    ['Runtime', duration(runtimeMs)],
    ['Retries', formatCount(retries)],
    ['Parent', parentId === null ? '–' : taskLink(parentId)],
    ['Root', rootId === id ? 'this task' : taskLink(rootId)],
  ];
  return html`<dl class="facts">${rows.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function block(label: string, text: string, name = ''): VNode {
  return html`<pre class=${`code block ${name}`} tabindex="0" role="region" aria-label=${label}>${text}</pre>`;
}

function logOf({ log, task, runs }: TaskDetail): VNode {
  if (log === null) {
    const requestId = runs.at(-1)?.requestId;
    return html`<p class="muted">No log lines are found: CloudWatch Logs has no log group of the
      worker${task.worker && html` <span class="code">${task.worker}</span>`}. Search its log for the id <span class="code">${task.id}</span>
      ${requestId && html`, or for the request <span class="code">${requestId}</span>`}.</p>`;
  }
  if (log.length === 0) return empty('The task has logged nothing.');
  return scrolling(
    'Log lines',
    html`<table class="log">
      <caption class="hidden">Log lines of the task, oldest first</caption>
      <thead><tr><th scope="col">Time</th><th scope="col">Level</th><th scope="col">Text</th></tr></thead>
      <tbody>${log.map(
        ({ atMs, level, text }, index) => html`<tr key=${index}>
          <td class="nowrap">${fullTime(atMs)}</td>
          <td class=${/err|crit|fatal/i.test(level) ? 'tone-bad' : /warn/i.test(level) ? 'tone-warn' : 'muted'}>${level}</td>
          <td class="code log-text">${text}</td>
        </tr>`,
      )}</tbody>
    </table>`,
    'log-scroll',
  );
}
