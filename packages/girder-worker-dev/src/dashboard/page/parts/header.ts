import type { VNode } from 'preact';
import type { Overview } from '../../data.ts';
import { html } from '../html.ts';
import { formatCount } from '../model/format.ts';
import type { ConnectionState } from '../model/overviewStream.ts';
import { defaultMinutes, formatRoute, noFilters, type Route } from '../model/routes.ts';

interface HeaderProps {
  readonly route: Route;
  readonly overview: Overview | undefined;
  readonly connection: ConnectionState;
  readonly hasActions: boolean;
}

const links: readonly (readonly [text: string, route: Route])[] = [
  ['Overview', { view: 'overview', minutes: defaultMinutes }],
  ['Tasks', { view: 'tasks', ...noFilters }],
  ['Queues', { view: 'queues', queue: '' }],
  ['Orphans', { view: 'orphans' }],
];

const connections: Readonly<Record<ConnectionState, string>> = {
  waiting: 'Connecting…',
  live: 'Live',
  lost: 'Reconnecting…',
  refused: 'No access',
};

/** The head of the page: where one can go, which stack it shows, and whether it is live. */
export function header({ route, overview, connection, hasActions }: HeaderProps): VNode {
  const place = route.view === 'task' ? 'tasks' : route.view;
  const letters = (overview?.queues ?? []).reduce((sum, { deadLetters }) => sum + (deadLetters ?? 0), 0);
  return html`<header class="top">
    <div class="top-row">
      <span class="brand">girder-worker</span>
      <nav aria-label="Views">
        ${links.map(
          ([text, target]) =>
            html`<a key=${text} href=${formatRoute(target)} aria-current=${place === target.view ? 'page' : undefined}>${text}${
              target.view === 'queues' &&
              letters > 0 &&
              html`<span class="count-badge" title="dead letters">${formatCount(letters)}<span class="hidden"> dead letters</span></span>`
            }</a>`,
        )}
      </nav>
      <div class="top-state">
        ${!hasActions && html`<span class="tag" title="Start girder-worker dashboard --actions to permit changes.">Read-only</span>`}
        <span role="status" class=${`connection connection-${connection}`}><span class="mark" aria-hidden="true"></span>${connections[connection]}</span>
      </div>
    </div>
    ${overview && stackOf(overview)}
  </header>`;
}

function stackOf({ stack: { broker, backend, region } }: Overview): VNode {
  return html`<dl class="stack">
    <div><dt>Broker</dt><dd class="code">${broker}</dd></div>
    <div><dt>Results</dt><dd class="code">${backend}</dd></div>
    ${region !== '' && html`<div><dt>Region</dt><dd class="code">${region}</dd></div>`}
  </dl>`;
}
