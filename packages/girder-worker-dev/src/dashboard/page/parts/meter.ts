import type { VNode } from 'preact';
import type { TaskDetail } from '../../data.ts';
import { html } from '../html.ts';
import { formatCount, formatShare } from '../model/format.ts';

/** How far a task is, as a bar and in words. */
export function progressMeter({ current, total, message }: NonNullable<TaskDetail['progress']>): VNode {
  const isMeasured = current !== null && total !== null && total > 0;
  const words = [
    current === null ? '' : formatCount(current),
    total === null ? '' : `of ${formatCount(total)}`,
    isMeasured ? `(${formatShare(current, total)})` : '',
  ];
  return html`<div class="progress">
    ${isMeasured && html`<progress max=${total} value=${Math.min(current, total)} aria-label="Progress of the task"></progress>`}
    <span>${words.filter(Boolean).join(' ')}</span>
    ${message && html`<span class="muted">${message}</span>`}
  </div>`;
}
