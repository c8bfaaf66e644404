import type { ComponentChildren } from 'preact';
import type { DeadLetterAction, DeadLetterRow, ForgetAction, RevokeAction } from '../../data.ts';
import { html } from '../html.ts';
import { plural } from '../model/format.ts';
import type { Confirmation } from './confirmDialog.ts';

/** A task as a dialog names it. */
export interface NamedTask {
  readonly id: string;
  readonly task: string;
}

/** The most names that a dialog lists. */
const maxNamed = 5;

function listed(lines: readonly ComponentChildren[]) {
  const more = lines.length - maxNamed;
  return html`<ul class="named">
    ${lines.slice(0, maxNamed).map((line, index) => html`<li key=${index}>${line}</li>`)}
    ${more > 0 && html`<li>and ${more} more</li>`}
  </ul>`;
}

function tasksOf(tasks: readonly NamedTask[]) {
  return listed(tasks.map(({ id, task }) => html`<b>${task || 'unknown task'}</b> <span class="code">${id}</span>`));
}

export function revocation(tasks: readonly NamedTask[]): Confirmation {
  const body: RevokeAction = { ids: tasks.map(({ id }) => id), terminate: false };
  return {
    heading: `Revoke ${plural(tasks.length, 'task')}?`,
    children: html`<p>A task that waits will not run. In one that runs, <span class="code">this.canceled</span> becomes true.</p>${tasksOf(tasks)}`,
    ...{ verb: 'Revoke', isDangerous: true, path: '/actions/revoke', body: () => body },
  };
}

export function termination(tasks: readonly NamedTask[]): Confirmation {
  const body: RevokeAction = { ids: tasks.map(({ id }) => id), terminate: true };
  return {
    heading: `Terminate ${plural(tasks.length, 'task')}?`,
    children: html`<p>A task that runs is ended in the middle of its work. One that waits will not run.</p>${tasksOf(tasks)}`,
    ...{ verb: 'Terminate', isDangerous: true, path: '/actions/revoke', body: () => body },
  };
}

export function forgetting(tasks: readonly NamedTask[]): Confirmation {
  const body: ForgetAction = { ids: tasks.map(({ id }) => id) };
  return {
    heading: `Forget ${plural(tasks.length, 'result')}?`,
    children: html`<p>Deletes what the result table keeps of tasks that have ended. Clients that wait for a result get none. The history stays.</p>${tasksOf(tasks)}`,
    ...{ verb: 'Forget', isDangerous: true, path: '/actions/forget', body: () => body },
  };
}

export function onDeadLetters(
  queue: string,
  letters: readonly DeadLetterRow[],
  action: DeadLetterAction['action'],
): Confirmation {
  const body: DeadLetterAction = { queue, messageIds: letters.map(({ messageId }) => messageId), action };
  const names = letters.map(
    ({ task, taskId, messageId }) =>
      html`<b>${task ?? 'unknown task'}</b> <span class="code">${taskId ?? messageId}</span>`,
  );
  const isReplay = action === 'replay';
  return {
    heading: `${isReplay ? 'Replay' : 'Delete'} ${plural(letters.length, 'dead letter')}?`,
    children: html`<p>${
      isReplay
        ? `They go back to the queue ${queue}, and their tasks run again.`
        : 'Their messages are lost, and their tasks will not run.'
    }</p>${listed(names)}`,
    ...{
      verb: isReplay ? 'Replay' : 'Delete',
      isDangerous: !isReplay,
      path: '/actions/dead-letters',
      body: () => body,
    },
  };
}
