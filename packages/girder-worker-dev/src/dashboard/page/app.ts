import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Overview } from '../data.ts';
import { h, html } from './html.ts';
import { type ConnectionState, followOverview } from './model/overviewStream.ts';
import { readSession } from './model/requests.ts';
import { defaultMinutes, type Route } from './model/routes.ts';
import { header } from './parts/header.ts';
import { useRoute } from './parts/navigation.ts';
import { banner } from './parts/notices.ts';
import { OrphansView } from './views/orphansView.ts';
import { OverviewView } from './views/overviewView.ts';
import { QueuesView } from './views/queuesView.ts';
import { TasksView } from './views/tasksView.ts';
import { TaskView } from './views/taskView.ts';

/** The page: its header, what is wrong, and the view that the address names. */
export function App(): VNode {
  const route = useRoute();
  const minutes = useMinutes(route);
  const [overview, setOverview] = useState<Overview>();
  const [connection, setConnection] = useState<ConnectionState>('waiting');
  const [hasActions, setActions] = useState(false);
  useEffect(() => {
    setOverview(undefined);
    return followOverview(minutes, { overview: setOverview, connection: setConnection });
  }, [minutes]);
  const isLive = connection === 'live';
  useEffect(() => {
    readSession().then(
      (session) => setActions(session.hasActions),
      () => undefined,
    );
  }, [isLive]);
  const main = useFocusOnNavigation(route);
  return html`
    <a class="skip" href="#main" onClick=${(event: Event) => {
      event.preventDefault();
      main.current?.querySelector('h1')?.focus();
    }}>Skip to the content</a>
    ${header({ route, overview, connection, hasActions })}
    <main id="main" ref=${main}>
      <div role="status">${problems(overview, connection)}</div>
      ${viewOf(route, overview, hasActions)}
    </main>`;
}

/** The time that the overview shows; other views keep the last one. */
function useMinutes(route: Route): number {
  const last = useRef(defaultMinutes);
  if (route.view === 'overview') last.current = route.minutes;
  return last.current;
}

const titles = { overview: 'Overview', tasks: 'Tasks', task: 'Task', queues: 'Queues', orphans: 'Orphans' } as const;

/** Moves the focus to the heading of a new view, which screen readers then read. */
function useFocusOnNavigation(route: Route) {
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const place = route.view === 'task' ? `task ${route.id}` : route.view;
  useEffect(() => {
    document.title = `${titles[route.view]} – girder-worker`;
    if (!isFirst.current) {
      scrollTo(0, 0);
      main.current?.querySelector('h1')?.focus({ preventScroll: true });
    }
    isFirst.current = false;
  }, [place]);
  return main;
}

function problems(overview: Overview | undefined, connection: ConnectionState) {
  const history = overview?.history;
  return html`
    ${connection === 'refused' && banner('bad', 'The dashboard was started again. Open the address that `girder-worker dashboard` has printed: it contains the token.')}
    ${connection === 'lost' && banner('warn', 'The connection to the dashboard is lost: the figures are old. It is being made again.')}
    ${history?.state === 'loading' && banner('info', 'The history is being read: the figures are not complete yet.')}
    ${history?.state === 'off' && banner('warn', history.fault ?? 'There is no table of the history: no runs are recorded.')}
    ${history?.state === 'failing' && banner('bad', `The history cannot be read: ${history.fault ?? 'the reason is not known.'}`)}
    ${history?.isComplete === false && banner('info', 'There are more tasks than the dashboard keeps: the oldest ones are left out.')}`;
}

function viewOf(route: Route, overview: Overview | undefined, hasActions: boolean): VNode {
  switch (route.view) {
    case 'overview':
      return h(OverviewView, { overview, minutes: route.minutes });
    case 'tasks':
      return h(TasksView, { filters: route, queues: (overview?.queues ?? []).map(({ queue }) => queue), hasActions });
    case 'task':
      return h(TaskView, { key: route.id, id: route.id, hasActions });
    case 'queues':
      return h(QueuesView, { overview, queue: route.queue, hasActions });
    case 'orphans':
      return h(OrphansView, {});
  }
}
