import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Orphan, Orphans } from '../../data.ts';
import { html } from '../html.ts';
import { plural } from '../model/format.ts';
import { getData } from '../model/requests.ts';
import { useData } from '../parts/hooks.ts';
import { banner, empty, failed } from '../parts/notices.ts';
import { scrolling, taskLink, timeAgo } from '../parts/small.ts';

const kinds: Readonly<Record<Orphan['kind'], string>> = {
  claim: 'Lease is over',
  eta: 'Waits too long',
  chord: 'Chord misses members',
};

export function OrphansView(): VNode {
  const [isWanted, setWanted] = useState(false);
  const { data, error, isLoading, reload } = useData<Orphans>(isWanted ? 'orphans' : null, (signal) =>
    getData('/data/orphans', signal),
  );
  const read = () => (isWanted ? reload() : setWanted(true));
  return html`<div class="view">
    <div class="view-head">
      <h1 tabindex="-1">Orphans</h1>
      <div class="buttons"><button type="button" class="primary" onClick=${read} disabled=${isWanted && isLoading}>${data ? 'Read again' : 'Look for orphans'}</button></div>
    </div>
    <p class="muted">Work that is stuck: claims whose lease is over, tasks that wait longer than their eta, and chords that miss members.
      Looking for them scans the result table, which consumes its read capacity.</p>
    ${error && failed(error, reload)}
    <p role="status" class="count">${isWanted && isLoading ? 'Reading…' : data ? html`${plural(data.orphans.length, 'orphan')}, read ${timeAgo(data.readMs)}` : ''}</p>
    ${data && !data.isComplete && banner('warn', 'Only a part of the table was read: there may be more.')}
    ${data && data.orphans.length === 0 && empty('Nothing is stuck.')}
    ${data && data.orphans.length > 0 && html`<section class="card">${table(data.orphans)}</section>`}
  </div>`;
}

function table(orphans: readonly Orphan[]): VNode {
  return scrolling(
    'Orphans',
    html`<table class="cards">
      <caption class="hidden">Work that is stuck, the oldest first</caption>
      <thead><tr><th scope="col">Kind</th><th scope="col">Task or chord</th><th scope="col">Since</th><th scope="col">What is wrong, and what to do</th></tr></thead>
      <tbody>${orphans.map(
        ({ kind, id, task, sinceMs, text }) => html`<tr key=${`${kind} ${id}`}>
          <td class="nowrap">${kinds[kind]}</td>
          <th scope="row"><div>${task ?? ''}</div>${kind === 'chord' ? html`<span class="code" title=${id}>${id.slice(0, 8)}…</span>` : taskLink(id)}</th>
          <td class="nowrap" data-label="Since">${timeAgo(sinceMs)}</td>
          <td class="reason">${withLinks(text)}</td>
        </tr>`,
      )}</tbody>
    </table>`,
  );
}

const ids = /([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/;

/** A sentence in which the ids of tasks are links. */
function withLinks(text: string) {
  return text.split(ids).map((part) => (ids.test(part) ? taskLink(part) : part));
}
