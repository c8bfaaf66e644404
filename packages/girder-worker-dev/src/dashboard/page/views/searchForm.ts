import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../html.ts';
import { formatAbsolute } from '../model/format.ts';
import { isFiltered, noFilters, type TaskFilters, windows } from '../model/routes.ts';
import { useDebounced } from '../parts/hooks.ts';

interface SearchFormProps {
  readonly filters: TaskFilters;
  readonly queues: readonly string[];
  readonly names: readonly string[];
  readonly states: readonly string[];
  readonly onChange: (changed: Partial<TaskFilters>, options?: { replace: boolean }) => void;
}

/** How long the user must pause in typing before a search begins. */
const pauseMs = 250;

/** The filters of the list of tasks. Texts are looked for while they are typed. */
export function SearchForm({ filters, queues, names, states, onChange }: SearchFormProps): VNode {
  const [isCustom, setCustom] = useState(filters.fromMs !== null || filters.toMs !== null);
  const choose = (event: Event) => {
    const { value } = event.currentTarget as HTMLSelectElement;
    setCustom(value === 'custom');
    onChange({ minutes: Number(value) || null, fromMs: null, toMs: null });
  };
  const select = (name: 'task' | 'state' | 'queue') => (event: Event) =>
    onChange({ [name]: (event.currentTarget as HTMLSelectElement).value });
  const time = (name: 'fromMs' | 'toMs') => (event: Event) => {
    const at = new Date((event.currentTarget as HTMLInputElement).value).getTime();
    onChange({ [name]: Number.isNaN(at) ? null : at, minutes: null });
  };
  const { minutes, fromMs, toMs, sort, order } = filters;
  const clear = () => {
    setCustom(false);
    onChange({ ...noFilters, sort, order });
  };
  return html`<form class="search" role="search" aria-label="Tasks" onSubmit=${(event: Event) => event.preventDefault()}>
    ${textField('Text in arguments, error, name or id', filters.text, (text) => onChange({ text }, { replace: true }), 'grow')}
    ${textField('Id, or its beginning', filters.id, (id) => onChange({ id }, { replace: true }), 'code')}
    <label class="field">Name
      <select value=${filters.task} onChange=${select('task')}>${optionsOf('All names', names, filters.task)}</select>
    </label>
    <label class="field">State
      <select value=${filters.state} onChange=${select('state')}>${optionsOf('All states', states, filters.state)}</select>
    </label>
    <label class="field">Queue
      <select value=${filters.queue} onChange=${select('queue')}>${optionsOf('All queues', queues, filters.queue)}</select>
    </label>
    <label class="field">Received
      <select value=${isCustom ? 'custom' : (minutes ?? '')} onChange=${choose}>
        <option value="">At any time</option>
        ${windows.map(([value, text]) => html`<option key=${value} value=${value}>In the last ${text}</option>`)}
        ${minutes !== null && !windows.some(([value]) => value === minutes) && html`<option value=${minutes}>In the last ${minutes} min</option>`}
        <option value="custom">From … to …</option>
      </select>
    </label>
    ${
      isCustom &&
      html`<label class="field">From <input type="datetime-local" step="1" value=${localTime(fromMs)} onChange=${time('fromMs')} /></label>
      <label class="field">To <input type="datetime-local" step="1" value=${localTime(toMs)} onChange=${time('toMs')} /></label>`
    }
    ${(isFiltered(filters) || isCustom) && html`<button type="button" class="clear" onClick=${clear}>Clear filters</button>`}
  </form>`;
}

function optionsOf(all: string, values: readonly string[], chosen: string) {
  const known = chosen === '' || values.includes(chosen) ? values : [chosen, ...values];
  return [
    html`<option key="" value="">${all}</option>`,
    ...known.map((value) => html`<option key=${value} value=${value}>${value}</option>`),
  ];
}

function localTime(atMs: number | null): string {
  return atMs === null ? '' : formatAbsolute(atMs).slice(0, 19).replace(' ', 'T');
}

function textField(label: string, value: string, onText: (text: string) => void, name: string): VNode {
  return html`<${TextField} label=${label} value=${value} onText=${onText} name=${name} />`;
}

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onText: (text: string) => void;
  readonly name: string;
}

function TextField({ label, value, onText, name }: TextFieldProps): VNode {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const send = useDebounced(pauseMs, (next: string) => {
    sent.current = next;
    onText(next);
  });
  // The address has changed otherwise, such as by the browser's Back.
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setText(value);
  }, [value]);
  const input = (event: Event) => {
    const next = (event.currentTarget as HTMLInputElement).value;
    setText(next);
    send(next);
  };
  return html`<label class=${`field ${name}`}>${label}
    <input type="search" value=${text} onInput=${input} spellcheck=${false} autocomplete="off" />
  </label>`;
}
