import type { VNode } from 'preact';
import { html } from '../html.ts';

export interface SortHeading<K extends string> {
  readonly key: K;
  readonly text: string;
  /** Which way a first press sorts. */
  readonly first: 'asc' | 'desc';
  readonly class?: string;
}

export interface SortState<K extends string> {
  readonly sort: K;
  readonly order: 'asc' | 'desc';
}

/** A heading of a table that sorts it when it is pressed, and turns the order when it is pressed again. */
export function sortHeading<K extends string>(
  { key, text, first, class: name = '' }: SortHeading<K>,
  { sort, order }: SortState<K>,
  onSort: (state: SortState<K>) => void,
): VNode {
  const isSorted = sort === key;
  const next = !isSorted ? first : order === 'asc' ? 'desc' : 'asc';
  const arrow = !isSorted ? '' : order === 'asc' ? '↑' : '↓';
  return html`<th scope="col" class=${name} aria-sort=${isSorted ? `${order}ending` : undefined}>
    <button type="button" class="sort" onClick=${() => onSort({ sort: key, order: next })}>
      ${text}<span class="arrow" aria-hidden="true">${arrow}</span>
    </button>
  </th>`;
}
