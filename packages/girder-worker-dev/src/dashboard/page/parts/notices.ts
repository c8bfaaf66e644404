import type { ComponentChildren, VNode } from 'preact';
import { html } from '../html.ts';

/** A message across the page. */
export function banner(tone: 'bad' | 'warn' | 'good' | 'info', children: ComponentChildren): VNode {
  return html`<div class=${`banner banner-${tone}`}>${children}</div>`;
}

/** What stands in the place of data that there is none of. */
export function empty(text: ComponentChildren): VNode {
  return html`<p class="empty">${text}</p>`;
}

export function loading(text = 'Loading…'): VNode {
  return html`<p class="empty" role="status">${text}</p>`;
}

/** A request that failed, with a button to repeat it. */
export function failed(error: Error, retry: () => void): VNode {
  return html`<div class="banner banner-bad" role="alert">
    <span>${error.message}</span>
    <button type="button" onClick=${retry}>Try again</button>
  </div>`;
}
