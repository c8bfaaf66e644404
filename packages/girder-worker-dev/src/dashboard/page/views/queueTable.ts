import type { VNode } from 'preact';
import type { QueueFigures } from '../../data.ts';
import { html } from '../html.ts';
import { formatCount, formatDuration } from '../model/format.ts';
import { formatRoute, tasksHref } from '../model/routes.ts';
import { empty } from '../parts/notices.ts';
import { scrolling } from '../parts/small.ts';

/** The queues and what waits in them. */
export function queueTable(queues: readonly QueueFigures[]): VNode {
  if (queues.length === 0) return empty('The dashboard was started without queues.');
  return scrolling(
    'Queues',
    html`<table>
      <caption class="hidden">Messages of each queue</caption>
      <thead><tr>
        <th scope="col">Queue</th><th scope="col" class="number">Ready</th><th scope="col" class="number">In flight</th>
        <th scope="col" class="number">Delayed</th><th scope="col" class="number">Oldest message</th>
        <th scope="col" class="number">Dead letters</th>
      </tr></thead>
      <tbody>${queues.map((queue) => (queue.fault === null ? figuresOf(queue) : faultOf(queue)))}</tbody>
    </table>`,
  );
}

function figuresOf({ queue, ready, inFlight, delayed, oldestSeconds, deadLetters }: QueueFigures): VNode {
  const hasLetters = deadLetters !== null && deadLetters > 0;
  return html`<tr key=${queue}>
    <th scope="row"><a href=${tasksHref({ queue })}>${queue}</a></th>
    <td class="number">${formatCount(ready)}</td><td class="number">${formatCount(inFlight)}</td>
    <td class="number">${formatCount(delayed)}</td>
    <td class="number">${oldestSeconds === null ? html`<span class="muted">not known</span>` : formatDuration(1000 * oldestSeconds)}</td>
    <td class=${`number ${hasLetters ? 'tone-bad' : ''}`}>${
      deadLetters === null
        ? html`<span class="muted">no queue for them</span>`
        : html`<a href=${formatRoute({ view: 'queues', queue })} aria-label=${`${deadLetters} dead letters of ${queue}`}>${formatCount(deadLetters)}</a>`
    }</td>
  </tr>`;
}

function faultOf({ queue, fault }: QueueFigures): VNode {
  return html`<tr key=${queue}><th scope="row">${queue}</th><td colspan="5" class="error-text">${fault}</td></tr>`;
}
