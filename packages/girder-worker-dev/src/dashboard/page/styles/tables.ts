/** Tables, badges and bars. */
export const tables = `
.scroll { overflow-x: auto; margin: 0 -14px; padding: 0 14px; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 6px 10px; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
tbody tr:last-child > * { border-bottom: 0; }
th.number, td.number { text-align: right; }
thead th, thead td { color: var(--muted); font-size: 12px; font-weight: 600; white-space: nowrap; vertical-align: bottom; height: 30px; }
tbody th { font-weight: 500; }
tbody tr:hover { background: var(--raised); }
tbody tr.selected { background: color-mix(in srgb, var(--accent) 9%, var(--surface)); }
td.tone-bad, td.tone-warn, td.tone-bad a { color: var(--tone); font-weight: 600; }
button.sort { all: unset; cursor: pointer; position: relative; }
button.sort:hover { color: var(--text); text-decoration: underline; }
button.sort:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
th[aria-sort] button.sort { color: var(--text); }
.arrow { position: absolute; left: 100%; width: 12px; }
.number .arrow { left: auto; right: calc(100% + 2px); width: auto; }
.select { width: 28px; }
.select input { margin-top: 2px; }
.name { overflow-wrap: anywhere; }
tbody th[scope=row] { min-width: 150px; overflow-wrap: anywhere; }
td.error-text { min-width: 220px; }
a .name .muted { color: inherit; opacity: 1; font-weight: 400; }
a .name { font-weight: 600; }
.task-table th[scope=row] { min-width: 190px; max-width: clamp(200px, 34vw, 620px); }
.task-table th .error-text { font-weight: 400; font-size: 12px; }
.arguments { max-width: clamp(120px, 20vw, 380px); line-height: 20px; }
.reason { min-width: 240px; max-width: 720px; overflow-wrap: anywhere; }
.log-scroll { max-height: 420px; overflow-y: auto; }
.log-text { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 260px; }
.badge { display: inline-flex; align-items: center; gap: 6px; padding: 1px 8px 1px 7px; border-radius: 4px; font-size: 11px; font-weight: 650; letter-spacing: 0.02em; line-height: 18px; white-space: nowrap; color: var(--tone); background: color-mix(in srgb, var(--tone) 10%, var(--surface)); }
.badge .mark { width: 7px; height: 7px; border-radius: 50%; background: var(--tone); }
.tone-bad > .mark { border-radius: 1px; }
.tone-warn > .mark { border-radius: 1px; transform: rotate(45deg); }
.tone-idle > .mark { background: none; border: 1.5px solid var(--tone); }
.tone-off > .mark { height: 3px; border-radius: 1px; }
.bars { display: grid; gap: 0; grid-template-columns: max-content minmax(60px, 1fr) max-content max-content; column-gap: 12px; align-items: center; }
.bars.bars-wide { grid-template-columns: minmax(0, 1.4fr) minmax(50px, 1fr) max-content max-content; }
.bars li { display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; align-items: center; padding: 4px 0; }
.bars li.muted { display: block; font-size: 12px; }
.bars .bar-text { min-width: 0; overflow-wrap: anywhere; line-height: 1.35; }
.bars .bar-text .code { display: block; }
@media (max-width: 640px) {
  .bars.bars-wide { grid-template-columns: minmax(0, 1fr) max-content max-content; }
  .bars-wide .bar-text { grid-column: 1 / -1; }
}
.bar { display: block; height: 8px; border-radius: 4px; background: var(--line); overflow: hidden; }
.bar-fill { display: block; height: 100%; min-width: 2px; background: var(--tone); }
@media (max-width: 640px) {
  .wide-only { display: none; }
  th, td { padding: 6px 7px; }
  .cards, .cards tbody { display: block; }
  .cards:not(.task-table) thead:not(:has(input)), .cards:not(.task-table) thead th { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .cards .zero { display: none; }
  .cards.task-table thead { display: block; border-bottom: 1px solid var(--line); padding-bottom: 6px; }
  .cards.task-table thead tr { display: flex; flex-wrap: wrap; gap: 4px 22px; }
  .cards tbody tr { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 14px; padding: 9px 0; border-bottom: 1px solid var(--line); }
  .cards tbody tr:last-child { border-bottom: 0; }
  .cards th, .cards td { border: 0; padding: 0; height: auto; min-width: 0; }
  .cards tbody .select { width: auto; }
  .cards tbody th[scope=row], .cards .reason { flex: 1 0 100%; min-width: 0; max-width: 100%; }
  .cards tbody td.select + th[scope=row] { flex: 1 0 calc(100% - 40px); max-width: calc(100% - 40px); }
  .cards.task-table tbody th[scope=row] { order: 2; }
  .cards .wide-only { display: none; }
  .cards td[data-label]::before { content: attr(data-label) ' '; color: var(--muted); }
}
`;
