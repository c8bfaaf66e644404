/** Charts, timelines and graphs. */
export const drawings = `
.chart { display: grid; gap: 6px; grid-template-columns: minmax(0, 1fr); }
.chart-place { height: 190px; overflow: hidden; }
.u-hz .u-cursor-x { border-color: var(--muted); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 12px; }
.legend li { display: inline-flex; align-items: center; gap: 6px; color: var(--muted); }
.legend b { color: var(--text); font-weight: 600; }
.legend-time { margin-left: auto; }
.swatch { width: 10px; height: 10px; border-radius: 2px; flex: none; }
.timeline { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); }
.tracks { display: grid; gap: 4px; }
.track, .track-scale { display: grid; grid-template-columns: 22px 1fr; gap: 8px; align-items: center; }
.track-scale { grid-template-columns: 22px auto auto; font-size: 12px; color: var(--muted); }
.track-scale span:last-child { text-align: right; }
.track-name { text-align: right; color: var(--muted); font-size: 12px; }
.track-bar { position: relative; height: 18px; background: var(--raised); border-radius: 3px; overflow: hidden; }
.phase { position: absolute; top: 3px; bottom: 3px; min-width: 2px; border-radius: 2px; }
.phase-wait { background: var(--control); }
.phase-run { background: var(--busy); }
.swatch.phase-wait, .swatch.phase-run, .swatch.phase-break { position: static; }
.phase-run.state-SUCCESS { background: var(--good); }
.phase-run.state-FAILURE, .phase-run.state-REJECTED, .phase-run.state-ABANDONED { background: var(--bad); }
.phase-run.state-RETRY, .phase-run.state-RETURNED { background: var(--warn); }
.phase-run.state-REVOKED { background: var(--off); }
.phase-break { top: 0; bottom: 0; border-radius: 0; background: repeating-linear-gradient(135deg, var(--line) 0 3px, transparent 3px 7px); }
.due, .due-mark { width: 0; border-left: 2px dotted var(--warn); }
.due { position: absolute; top: 0; bottom: 0; }
.due-mark { height: 12px; }
.graph { display: grid; gap: 8px; grid-template-columns: minmax(0, 1fr); }
.graph-scroll { overflow: auto; max-height: 560px; border: 1px solid var(--line); border-radius: 6px; background: var(--raised); }
.graph svg { display: block; }
.node rect { fill: var(--surface); stroke: var(--control); }
.node rect.node-edge { fill: var(--tone); stroke: none; }
.node text { fill: var(--text); font-size: 12px; font-weight: 600; }
.node text.node-state { fill: var(--tone); font-size: 11px; font-weight: 650; letter-spacing: 0.02em; }
.node:hover { text-decoration: none; }
.node:hover rect:not(.node-edge) { fill: var(--raised); stroke: var(--text); }
.node:focus-visible { outline: none; }
.node:focus-visible rect:not(.node-edge) { stroke: var(--accent); stroke-width: 3; }
.node-focus rect:not(.node-edge) { stroke: var(--accent); stroke-width: 2; }
.group-box { fill: none; stroke: var(--control); stroke-dasharray: 2 3; }
.group-title { fill: var(--muted); font-size: 11px; }
.edge { fill: none; stroke: var(--edge); stroke-width: 1.5; }
.edge-child, .arrow-child { --edge: var(--muted); }
.edge-chain, .arrow-chain { --edge: var(--accent); }
.edge-chord, .arrow-chord { --edge: var(--off); }
.edge-callback, .arrow-callback { --edge: var(--good); }
.edge-errback, .arrow-errback { --edge: var(--bad); }
.edge-child { stroke-dasharray: 1 3; stroke-linecap: round; stroke-width: 2; }
.edge-chord { stroke-width: 2.5; }
.edge-callback { stroke-dasharray: 8 3; }
.edge-errback { stroke-dasharray: 4 3; }
marker path { fill: var(--edge); }
`;
