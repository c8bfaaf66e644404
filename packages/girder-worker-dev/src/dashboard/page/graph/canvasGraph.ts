import type { VNode } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Canvas, CanvasEdge } from '../../data.ts';
import { h, html } from '../html.ts';
import { lastName, plural } from '../model/format.ts';
import { taskHref } from '../model/routes.ts';
import { toneOf } from '../model/states.ts';
import { layOut, nodeSize, type PlacedNode } from './layout.ts';

const kinds: readonly (readonly [CanvasEdge['kind'], string])[] = [
  ['child', 'sent by the task'],
  ['chain', 'next of a chain'],
  ['chord', 'body of a chord'],
  ['callback', 'callback'],
  ['errback', 'errback'],
];

/** The longest text that a node has room for. */
const maxText = 22;

interface CanvasGraphProps {
  readonly canvas: Canvas;
  /** The id of the task that the page shows. */
  readonly focus: string;
}

export function CanvasGraph({ canvas, focus }: CanvasGraphProps): VNode {
  const layout = useMemo(() => layOut(canvas), [canvas]);
  const region = useRef<HTMLDivElement>(null);
  const chosen = layout.nodes.find(({ id }) => id === focus);
  useEffect(() => {
    if (!region.current || !chosen) return;
    const { clientWidth, clientHeight } = region.current;
    region.current.scrollTo(
      chosen.x + nodeSize.width / 2 - clientWidth / 2,
      chosen.y + nodeSize.height / 2 - clientHeight / 2,
    );
  }, [focus]);
  const used = new Set(layout.edges.map(({ kind }) => kind));
  const { width, height } = layout;
  return html`<div class="graph">
    <div class="graph-scroll" role="region" aria-label="Graph of the canvas" tabindex="0" ref=${region}>
      <svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} role="group" aria-label=${`${plural(canvas.nodes.length, 'task')} of the canvas`}>
        <defs>${kinds.map(
          ([kind]) =>
            html`<marker id=${`arrow-${kind}`} class=${`arrow-${kind}`} viewBox="0 0 8 8" refX="6" refY="4" markerUnits="userSpaceOnUse" markerWidth="9" markerHeight="9" orient="auto-start-reverse"><path d="M0 0L8 4L0 8z" /></marker>`,
        )}</defs>
        ${layout.groups.map(
          (box) => html`<g key=${`${box.group} ${box.x}`}>
            <rect class="group-box" x=${box.x} y=${box.y} width=${box.width} height=${box.height} rx="8" />
            <text class="group-title" x=${box.x + 8} y=${box.y + 14}>group, ${plural(box.count, 'member')}</text>
          </g>`,
        )}
        ${layout.edges.map(
          ({ from, to, kind, path }) =>
            html`<path key=${`${from} ${to}`} class=${`edge edge-${kind}`} d=${path} marker-end=${`url(#arrow-${kind})`}><title>${kind}</title></path>`,
        )}
        ${layout.nodes.map((node) => h(GraphNode, { key: node.id, node, isFocus: node.id === focus }))}
      </svg>
    </div>
    <ul class="legend">
      ${kinds
        .filter(([kind]) => used.has(kind))
        .map(
          ([kind, text]) =>
            html`<li><svg width="34" height="10" aria-hidden="true"><path class=${`edge edge-${kind}`} d="M1 5H26" marker-end=${`url(#arrow-${kind})`} /></svg>${text}</li>`,
        )}
    </ul>
  </div>`;
}

function GraphNode({ node, isFocus }: { readonly node: PlacedNode; readonly isFocus: boolean }): VNode {
  const { id, task, state, x, y } = node;
  const name = lastName(task);
  return html`<a href=${taskHref(id)} class=${`node tone-${toneOf(state)}${isFocus ? ' node-focus' : ''}`} aria-current=${isFocus ? 'true' : undefined}>
    <title>${`${task}, ${state}\n${id}`}</title>
    <rect x=${x} y=${y} width=${nodeSize.width} height=${nodeSize.height} rx="6" />
    <rect class="node-edge" x=${x} y=${y} width="4" height=${nodeSize.height} rx="2" />
    <text class="node-name" x=${x + 13} y=${y + 18}>${name.length > maxText ? `${name.slice(0, maxText - 1)}…` : name}</text>
    <text class="node-state" x=${x + 13} y=${y + 35}>${state.slice(0, maxText)}</text>
  </a>`;
}
