import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { ActionAnswer, TaskRow } from '../../data.ts';
import { h, html } from '../html.ts';
import { taskLink } from '../parts/small.ts';
import { type Confirmation, ConfirmDialog } from './confirmDialog.ts';
import { SendDialog } from './sendDialog.ts';

export interface Actions {
  confirm(confirmation: Confirmation): void;
  sendAgain(task: TaskRow): void;
  /** The dialog that is open, and the answer to the last action. */
  readonly output: VNode;
}

/** Opens the dialogs of actions, and tells what they did. `onDone` is called after an action that succeeded. */
export function useActions(onDone: () => void): Actions {
  const [confirmation, setConfirmation] = useState<Confirmation>();
  const [task, setTask] = useState<TaskRow>();
  const [answer, setAnswer] = useState<ActionAnswer>();
  const close = (given?: ActionAnswer) => {
    setConfirmation(undefined);
    setTask(undefined);
    if (given === undefined) return;
    setAnswer(given);
    onDone();
  };
  const output = html`<div class="output">
    <div role="status" class="answer">
      ${
        answer &&
        html`<div class="banner banner-good"><span>${answer.text} ${answer.id && html`${taskLink(answer.id)}`}</span>
        <button type="button" class="small" onClick=${() => setAnswer(undefined)}>Close</button></div>`
      }
    </div>
    ${confirmation && h(ConfirmDialog, { ...confirmation, onClose: close })}
    ${task && h(SendDialog, { task, onClose: close })}
  </div>`;
  return { confirm: setConfirmation, sendAgain: setTask, output };
}

/** What stands in the place of the buttons where the dashboard may not change anything. */
export function readOnlyHint(): VNode {
  return html`<p class="muted hint">Read-only: start <span class="code">girder-worker dashboard --actions</span> to revoke, send again, forget or replay.</p>`;
}
