import type { ComponentChildren, VNode } from 'preact';
import { h, html } from '../html.ts';
import { formatAbsolute, formatDuration, formatRelative, lastName, shortId } from '../model/format.ts';
import { taskHref } from '../model/routes.ts';
import { toneOf } from '../model/states.ts';
import { useNow } from './hooks.ts';

/** The state of a task: its name, with a mark in a colour. */
export function stateBadge(state: string): VNode {
  return html`<span class=${`badge tone-${toneOf(state)}`}><span class="mark" aria-hidden="true"></span>${state || 'UNKNOWN'}</span>`;
}

/** A time, told by its distance from now, and in full where the pointer rests. */
export function timeAgo(atMs: number | null): VNode {
  return atMs === null || atMs === 0 ? html`<span class="muted">–</span>` : h(TimeAgo, { atMs });
}

function TimeAgo({ atMs }: { readonly atMs: number }): VNode {
  const now = useNow();
  const absolute = formatAbsolute(atMs);
  return html`<time datetime=${new Date(atMs).toISOString()} title=${absolute}>${formatRelative(atMs, now)}</time>`;
}

/** A time in full, and its distance from now. */
export function fullTime(atMs: number | null): VNode {
  if (atMs === null || atMs === 0) return html`<span class="muted">–</span>`;
  const iso = new Date(atMs).toISOString();
  return html`<time datetime=${iso}>${formatAbsolute(atMs)}</time> <span class="muted">(${timeAgo(atMs)})</span>`;
}

export function duration(ms: number | null): VNode {
  return ms === null ? html`<span class="muted">–</span>` : html`<span>${formatDuration(ms)}</span>`;
}

/** A link to a task by its id, or by its name. */
export function taskLink(id: string, task?: string | null): VNode {
  if (task) return html`<a href=${taskHref(id)} title=${task}>${task}</a>`;
  return html`<a class="code" href=${taskHref(id)} title=${id}>${shortId(id)}</a>`;
}

/** The name of a task, whose last part is what one looks for. */
export function taskName(task: string): VNode {
  const last = lastName(task);
  return html`<span class="name"><span class="muted">${breakable(task.slice(0, task.length - last.length))}</span>${breakable(last)}</span>`;
}

/** A name that may be broken after each of its parts. */
function breakable(name: string) {
  return name.split(/(?<=[._])/).flatMap((part, index) => (index === 0 ? [part] : [html`<wbr />`, part]));
}

/** A part of a page with a heading. */
export function card(heading: string, children: ComponentChildren, extra?: ComponentChildren, name = ''): VNode {
  return html`<section class=${`card ${name}`}>
    <div class="card-head"><h2>${heading}</h2>${extra}</div>
    ${children}
  </section>`;
}

/** A wide table, or another wide thing, which scrolls by itself. */
export function scrolling(label: string, children: ComponentChildren, name = ''): VNode {
  return html`<div class=${`scroll ${name}`} role="region" aria-label=${label} tabindex="0">${children}</div>`;
}
