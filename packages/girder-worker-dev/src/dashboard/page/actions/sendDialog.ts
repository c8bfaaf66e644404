import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { ActionAnswer, TaskRow } from '../../data.ts';
import { h, html } from '../html.ts';
import { ConfirmDialog } from './confirmDialog.ts';
import { draftOf, problemIn } from './request.ts';

interface SendDialogProps {
  readonly task: TaskRow;
  readonly onClose: (answer?: ActionAnswer) => void;
}

/** Sends a task again, with its arguments or with others. */
export function SendDialog({ task, onClose }: SendDialogProps): VNode {
  const [{ notes, ...draft }, setDraft] = useState(() => draftOf(task));
  const change = (name: 'argsJson' | 'kwargsJson' | 'queue') => (event: Event) => {
    const { value } = event.currentTarget as HTMLInputElement;
    setDraft((before) => ({ ...before, [name]: value }));
  };
  const children = html`
    <p><b class="code">${task.task}</b> is sent with a new id. It starts no chain, chord or callback of the first run.</p>
    ${notes.length > 0 && html`<ul class="notes">${notes.map((note) => html`<li key=${note}>${note}</li>`)}</ul>`}
    <label class="field">Arguments, a list in JSON
      <textarea class="code" rows="5" spellcheck=${false} value=${draft.argsJson} onInput=${change('argsJson')}></textarea>
    </label>
    <label class="field">Keyword arguments, an object in JSON
      <textarea class="code" rows="5" spellcheck=${false} value=${draft.kwargsJson} onInput=${change('kwargsJson')}></textarea>
    </label>
    <label class="field">Queue
      <input type="text" value=${draft.queue} onInput=${change('queue')} />
    </label>`;
  const body = () => problemIn(draft) ?? { ...draft, queue: draft.queue.trim() };
  return h(ConfirmDialog, {
    heading: 'Send the task again',
    verb: 'Send',
    path: '/actions/send',
    children,
    body,
    onClose,
  });
}
