import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { DeadLetterPage, DeadLetterRow, Overview } from '../../data.ts';
import { onDeadLetters } from '../actions/taskActions.ts';
import { readOnlyHint, useActions } from '../actions/useActions.ts';
import { h, html } from '../html.ts';
import { formatCount, plural } from '../model/format.ts';
import { getData } from '../model/requests.ts';
import { useData } from '../parts/hooks.ts';
import { navigate } from '../parts/navigation.ts';
import { empty, failed, loading } from '../parts/notices.ts';
import { card, scrolling, taskLink, timeAgo } from '../parts/small.ts';
import { queueTable } from './queueTable.ts';

interface QueuesViewProps {
  readonly overview: Overview | undefined;
  /** The queue whose dead letters are shown; empty for the first one. */
  readonly queue: string;
  readonly hasActions: boolean;
}

export function QueuesView({ overview, queue, hasActions }: QueuesViewProps): VNode {
  const queues = overview?.queues ?? [];
  const chosen = queue || (queues.find(({ deadLetters }) => deadLetters !== null)?.queue ?? '');
  return html`<div class="view">
    <div class="view-head"><h1 tabindex="-1">Queues</h1></div>
    ${card('Messages', overview === undefined ? loading() : queueTable(queues))}
    ${chosen !== '' && h(DeadLetters, { key: chosen, queue: chosen, queues: queues.map((one) => one.queue), hasActions })}
    ${!hasActions && readOnlyHint()}
  </div>`;
}

interface DeadLettersProps {
  readonly queue: string;
  readonly queues: readonly string[];
  readonly hasActions: boolean;
}

function DeadLetters({ queue, queues, hasActions }: DeadLettersProps): VNode {
  const [isWanted, setWanted] = useState(false);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const { data, error, isLoading, reload } = useData<DeadLetterPage>(isWanted ? queue : null, (signal) =>
    getData(`/data/dead-letters?queue=${encodeURIComponent(queue)}`, signal),
  );
  const actions = useActions(() => {
    setSelected(new Set());
    reload();
  });
  const read = () => {
    setSelected(new Set());
    if (isWanted) reload();
    else setWanted(true);
  };
  const letters = data?.letters ?? [];
  const some = letters.filter(({ messageId }) => selected.has(messageId));
  const chosenText = some.length === 0 ? 'selected' : `${formatCount(some.length)} selected`;
  const act = (rows: readonly DeadLetterRow[], action: 'replay' | 'delete') =>
    actions.confirm(onDeadLetters(queue, rows, action));
  const select = (event: Event) =>
    navigate({ view: 'queues', queue: (event.currentTarget as HTMLSelectElement).value });
  const names = queues.includes(queue) ? queues : [queue, ...queues];
  return html`<section class="card">
    <div class="card-head">
      <h2>Dead letters</h2>
      <div class="buttons">
        <label>Queue <select value=${queue} onChange=${select}>${names.map((name) => html`<option key=${name} value=${name}>${name}</option>`)}</select></label>
        <button type="button" class="primary" onClick=${read} disabled=${isWanted && isLoading}>${data ? 'Read again' : 'Read dead letters'}</button>
      </div>
    </div>
    <p class="muted">Reading hides the dead letters from other readers for a moment, so that they are read only when you ask for it.</p>
    ${actions.output}
    ${error && failed(error, reload)}
    <p role="status" class="count">${isWanted && isLoading ? 'Reading…' : data && letters.length > 0 ? plural(letters.length, 'dead letter') : ''}</p>
    ${data && letters.length === 0 && empty('There are no dead letters that can be read now.')}
    ${
      letters.length > 0 &&
      html`
      ${
        hasActions &&
        html`<div class="buttons">
        <button type="button" disabled=${some.length === 0} onClick=${() => act(some, 'replay')}>Replay ${chosenText}</button>
        <button type="button" disabled=${some.length === 0} onClick=${() => act(some, 'delete')}>Delete ${chosenText}</button>
        <button type="button" onClick=${() => act(letters, 'replay')}>Replay all</button>
        <button type="button" onClick=${() => act(letters, 'delete')}>Delete all</button>
      </div>`
      }
      ${letterTable(letters, hasActions ? { selected, onSelect: setSelected, act } : null)}`
    }
  </section>`;
}

interface LetterChoice {
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
  readonly act: (rows: readonly DeadLetterRow[], action: 'replay' | 'delete') => void;
}

function letterTable(letters: readonly DeadLetterRow[], choice: LetterChoice | null): VNode {
  const areAll = choice !== null && letters.every(({ messageId }) => choice.selected.has(messageId));
  const selectAll = () => choice!.onSelect(new Set(areAll ? [] : letters.map(({ messageId }) => messageId)));
  return scrolling(
    'Dead letters',
    html`<table class="cards">
      <caption class="hidden">Dead letters, the last ones first</caption>
      <thead><tr>
        ${choice && html`<td class="select"><input type="checkbox" aria-label="Select all dead letters" checked=${areAll} onChange=${selectAll} /></td>`}
        <th scope="col">Task</th><th scope="col">Sent</th><th scope="col">Code</th><th scope="col">Reason</th>
        ${choice && html`<th scope="col">Actions</th>`}
      </tr></thead>
      <tbody>${letters.map((letter) => letterRow(letter, choice))}</tbody>
    </table>`,
  );
}

function letterRow(letter: DeadLetterRow, choice: LetterChoice | null): VNode {
  const { messageId, taskId, task, sentMs, code, reason } = letter;
  const name = task ?? 'unknown task';
  const select = () => {
    const next = new Set(choice!.selected);
    if (!next.delete(messageId)) next.add(messageId);
    choice!.onSelect(next);
  };
  return html`<tr key=${messageId}>
    ${choice && html`<td class="select"><input type="checkbox" aria-label=${`Select ${name} ${messageId}`} checked=${choice.selected.has(messageId)} onChange=${select} /></td>`}
    <th scope="row"><div>${name}</div>${taskId === null ? html`<span class="code muted">${messageId}</span>` : taskLink(taskId)}</th>
    <td class="nowrap" data-label="Sent">${timeAgo(sentMs)}</td><td class="code">${code}</td><td class="reason">${reason}</td>
    ${
      choice &&
      html`<td><div class="buttons row">
      <button type="button" class="small" aria-label=${`Replay ${name} ${messageId}`} onClick=${() => choice.act([letter], 'replay')}>Replay</button>
      <button type="button" class="small" aria-label=${`Delete ${name} ${messageId}`} onClick=${() => choice.act([letter], 'delete')}>Delete</button>
    </div></td>`
    }
  </tr>`;
}
