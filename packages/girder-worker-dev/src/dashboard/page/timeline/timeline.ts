import type { VNode } from 'preact';
import type { RunRow, TaskRow } from '../../data.ts';
import { html } from '../html.ts';
import { formatBytes, formatCount, formatDuration } from '../model/format.ts';
import { empty } from '../parts/notices.ts';
import { duration, fullTime, scrolling, stateBadge, timeAgo } from '../parts/small.ts';
import { type Timeline, type TimelineRow, timelineOf } from './timelineModel.ts';

/** The deliveries of a task: each as a bar with its phases, and in figures. */
export function deliveries(task: TaskRow, runs: readonly RunRow[], nowMs: number): VNode {
  const timeline = timelineOf(task, runs, nowMs);
  if (timeline.rows.length === 0) return empty('The history knows no delivery of this task yet.');
  return html`<div class="timeline">
    <div class="tracks" aria-hidden="true">
      ${timeline.rows.map((row, index) => track(timeline, row, index))}
      <div class="track-scale"><span></span><span>0</span><span>${formatDuration(timeline.toMs - timeline.fromMs)}</span></div>
    </div>
    <ul class="legend" aria-hidden="true">
      <li><span class="swatch phase-wait"></span>waits for a thread</li>
      <li><span class="swatch phase-run"></span>runs, in the colour of its end</li>
      ${timeline.breaks.length > 0 && html`<li><span class="swatch phase-break"></span>pause, drawn shorter</li>`}
      ${timeline.rows.some(({ dueMs }) => dueMs !== null) && html`<li><span class="due-mark"></span>retry is due</li>`}
    </ul>
    ${figures(timeline)}
  </div>`;
}

function track(timeline: Timeline, row: TimelineRow, index: number): VNode {
  const percent = (value: number) => `${(100 * value).toFixed(3)}%`;
  return html`<div class="track" key=${index}>
    <span class="track-name">${index + 1}</span>
    <div class="track-bar">
      ${timeline.breaks.map(
        (pause) => html`<span class="phase phase-break" title=${`pause of ${formatDuration(pause.ms)}`}
          style=${{ left: percent(pause.at), width: percent(pause.width) }}></span>`,
      )}
      ${row.phases.map((phase) => {
        const left = timeline.position(phase.fromMs);
        const text = `${phase.kind === 'wait' ? 'waits for a thread' : 'runs'}: ${formatDuration(phase.toMs - phase.fromMs)}`;
        return html`<span class=${`phase phase-${phase.kind} state-${row.state}`} title=${text}
          style=${{ left: percent(left), width: percent(timeline.position(phase.toMs) - left) }}></span>`;
      })}
      ${row.dueMs !== null && html`<span class="due" title="retry is due" style=${{ left: percent(timeline.position(row.dueMs)) }}></span>`}
    </div>
  </div>`;
}

function figures({ rows }: Timeline): VNode {
  return scrolling(
    'Deliveries',
    html`<table>
      <caption class="hidden">Deliveries of the task, oldest first</caption>
      <thead><tr>
        <th scope="col" class="number">#</th><th scope="col">Ended as</th><th scope="col">Received</th>
        <th scope="col" class="number">Waited</th><th scope="col" class="number">Ran</th>
        <th scope="col" class="number">Retries</th><th scope="col" class="number">Receive count</th>
        <th scope="col" class="number">Size</th><th scope="col">Worker and request</th><th scope="col">Error or reason</th>
      </tr></thead>
      <tbody>${rows.map(figuresOf)}</tbody>
    </table>`,
  );
}

function figuresOf({ state, receivedMs, phases, dueMs, run }: TimelineRow, index: number): VNode {
  const [wait, ran] = phases.map(({ fromMs, toMs }) => toMs - fromMs);
  return html`<tr key=${index}>
    <td class="number">${index + 1}</td>
    <td>${stateBadge(state)}</td>
    <td class="nowrap">${fullTime(receivedMs)}</td>
    <td class="number">${duration(run === null && wait === 0 ? null : (wait ?? null))}</td>
    <td class="number">${duration(ran ?? null)}</td>
    <td class="number">${run === null ? '' : formatCount(run.retries)}</td>
    <td class="number">${run === null ? '' : formatCount(run.receiveCount)}</td>
    <td class="number">${run === null ? '' : formatBytes(run.sizeBytes)}</td>
    <td>${run === null ? 'runs now' : html`<div class="nowrap">${run.worker}</div><div class="code muted nowrap">${run.requestId}</div>`}</td>
    <td class="error-text">${run?.error ?? ''}${dueMs !== null && html`<div class="muted">Retry due ${timeAgo(dueMs)}</div>`}</td>
  </tr>`;
}
