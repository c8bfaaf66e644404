import type { VNode } from 'preact';
import type { Overview, TaskStatistics } from '../../data.ts';
import { Chart } from '../charts/chart.ts';
import { lastOf, sumOf } from '../charts/stack.ts';
import { h, html } from '../html.ts';
import { formatCount, formatDuration, formatShare } from '../model/format.ts';
import { formatRoute, tasksHref, windows } from '../model/routes.ts';
import { toneOf } from '../model/states.ts';
import { navigate } from '../parts/navigation.ts';
import { empty, loading } from '../parts/notices.ts';
import { card, taskName } from '../parts/small.ts';
import { queueTable } from './queueTable.ts';
import { StatisticsTable } from './statisticsTable.ts';

interface OverviewViewProps {
  readonly overview: Overview | undefined;
  readonly minutes: number;
}

export function OverviewView({ overview, minutes }: OverviewViewProps): VNode {
  return html`<div class="view">
    <div class="view-head">
      <h1 tabindex="-1">Overview</h1>
      ${windowChoice(minutes)}
    </div>
    ${overview === undefined ? loading('Waiting for the first figures…') : figures(overview, minutes)}
  </div>`;
}

function windowChoice(minutes: number): VNode {
  return html`<fieldset class="segments"><legend class="hidden">Time that is shown</legend>
    ${windows.map(
      ([value, text]) => html`<label key=${value}>
        <input type="radio" name="window" value=${value} checked=${value === minutes}
          onChange=${() => navigate({ view: 'overview', minutes: value })} /><span>${text}</span>
      </label>`,
    )}
  </fieldset>`;
}

function figures(overview: Overview, minutes: number): VNode {
  const { series, stepMs, states, tasks, queues } = overview;
  const { atMs } = series;
  const lines = [
    { label: 'p50', colour: 'p50', values: series.p50Ms },
    { label: 'p95', colour: 'p95', values: series.p95Ms },
    { label: 'p99', colour: 'p99', values: series.p99Ms },
  ] as const;
  const bars = [
    { label: 'succeeded', colour: 'good', values: series.succeeded },
    { label: 'failed', colour: 'bad', values: series.failed },
    { label: 'retried', colour: 'warn', values: series.retried },
    { label: 'revoked', colour: 'off', values: series.revoked },
  ] as const;
  return html`
    ${keyFigures(overview)}
    <div class="columns">
      ${card(
        'Throughput',
        bars.every(({ values }) => sumOf(values) === 0)
          ? empty('No runs ended in this time.')
          : h(Chart, { label: 'Runs that ended', kind: 'bars', series: bars, format: formatCount, atMs, stepMs }),
        html`<span class="muted">runs per ${formatDuration(stepMs)}</span>`,
      )}
      ${card(
        'Runtime',
        lastOf(series.p50Ms) === null
          ? empty('No runs succeeded or failed in this time.')
          : h(Chart, { label: 'Runtimes', kind: 'lines', series: lines, format: formatDuration, atMs, stepMs }),
        html`<span class="muted">of runs that succeeded or failed</span>`,
      )}
    </div>
    <div class="columns">
      ${card('States', stateBars(states, minutes))}
      ${card('Failures by task', failures(tasks, minutes))}
    </div>
    ${card('Queues', queueTable(queues), html`<a href=${formatRoute({ view: 'queues', queue: '' })}>Dead letters</a>`)}
    ${card('Tasks', h(StatisticsTable, { tasks, minutes }), html`<a href=${tasksHref({ minutes })}>All tasks of this time</a>`)}`;
}

function keyFigures({ series, stepMs, queues }: Overview): VNode {
  const [succeeded, failed, retried] = [sumOf(series.succeeded), sumOf(series.failed), sumOf(series.retried)];
  const minutes = Math.max(1, (series.atMs.length * stepMs) / 60_000);
  const waiting = sumOf(queues.map(({ ready, delayed }) => ready + delayed));
  const oldest = queues.flatMap(({ oldestSeconds }) => oldestSeconds ?? []);
  const deadLetters = sumOf(queues.map((queue) => queue.deadLetters));
  const perMinute = (succeeded + failed) / minutes;
  const items: readonly (readonly [string, string, string, string?])[] = [
    ['Throughput', perMinute > 0 && perMinute < 10 ? perMinute.toFixed(1) : formatCount(perMinute), 'tasks per minute'],
    [
      'Failed',
      formatCount(failed),
      succeeded + failed === 0 ? 'of no runs' : `${formatShare(failed, succeeded + failed)} of runs`,
      failed > 0 ? 'bad' : '',
    ],
    ['Retried', formatCount(retried), 'runs', retried > 0 ? 'warn' : ''],
    ['Waiting', formatCount(waiting), 'messages in queues'],
    [
      'Oldest message',
      oldest.length === 0 ? '–' : formatDuration(1000 * Math.max(...oldest)),
      oldest.length === 0 ? 'not told by the queues' : 'since it was sent',
    ],
    ['Dead letters', formatCount(deadLetters), 'in all queues', deadLetters > 0 ? 'bad' : ''],
  ];
  return html`<dl class="key-figures">
    ${items.map(
      ([name, value, note, tone = '']) => html`<div key=${name} class=${tone === '' ? '' : `tone-${tone}`}>
        <dt>${name}</dt><dd class="value">${value}</dd><dd class="muted">${note}</dd>
      </div>`,
    )}
  </dl>`;
}

function stateBars(states: Overview['states'], minutes: number): VNode {
  const entries = Object.entries(states).sort(([, a], [, b]) => b - a);
  if (entries.length === 0) return empty('No tasks in this time.');
  const total = entries.reduce((sum, [, count]) => sum + count, 0);
  return html`<ul class="bars">
    ${entries.map(
      ([state, count]) => html`<li key=${state}>
        <a href=${tasksHref({ state, minutes })}>${state}</a>
        <span class="bar" aria-hidden="true"><span class=${`bar-fill tone-${toneOf(state)}`} style=${{ width: `${(100 * count) / total}%` }}></span></span>
        <span class="number">${formatCount(count)}</span><span class="number muted">${formatShare(count, total)}</span>
      </li>`,
    )}
  </ul>`;
}

/** The most tasks that the list of failures names. */
const maxFailing = 8;

function failures(tasks: readonly TaskStatistics[], minutes: number): VNode {
  const failing = tasks.filter(({ failed }) => failed > 0).sort((a, b) => b.failed - a.failed);
  if (failing.length === 0) return empty('No failures in this time.');
  const most = failing[0]!.failed;
  return html`<ul class="bars bars-wide">
    ${failing.slice(0, maxFailing).map(
      ({ task, failed, succeeded, exception }) => html`<li key=${task}>
        <span class="bar-text"><a href=${tasksHref({ task, state: 'FAILURE', minutes })}>${taskName(task)}</a>
          ${exception !== null && html`<span class="code muted">${exception}</span>`}</span>
        <span class="bar" aria-hidden="true"><span class="bar-fill tone-bad" style=${{ width: `${(100 * failed) / most}%` }}></span></span>
        <span class="number">${formatCount(failed)}</span><span class="number muted">${formatShare(failed, failed + succeeded)}</span>
      </li>`,
    )}
    ${failing.length > maxFailing && html`<li class="muted">and ${failing.length - maxFailing} more in the table of tasks</li>`}
  </ul>`;
}
