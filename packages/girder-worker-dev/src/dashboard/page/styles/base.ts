/** Texts, links and the focus. */
export const base = `
*, *::before, *::after { box-sizing: border-box; }
html { background: var(--page); color: var(--text); scrollbar-color: var(--control) transparent; }
body { margin: 0; font: 14px/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%; }
h1, h2, p, dl, dd, ul, figure, pre, fieldset { margin: 0; padding: 0; }
ul { list-style: none; }
fieldset { border: 0; min-width: 0; }
h1 { font-size: 20px; font-weight: 650; line-height: 1.25; overflow-wrap: anywhere; }
h1:focus, h1:focus-visible { outline: none; }
h2 { font-size: 13px; font-weight: 650; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible, textarea:focus-visible, [role=region]:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 12px; }
.muted { color: var(--muted); }
.nowrap { white-space: nowrap; }
.number { text-align: right; white-space: nowrap; }
.error-text { color: var(--bad); overflow-wrap: anywhere; }
.one-line { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 12px; top: -60px; z-index: 10; padding: 8px 12px; background: var(--surface); border: 1px solid var(--control); border-radius: 6px; }
.skip:focus { top: 8px; }
@media (prefers-reduced-motion: no-preference) {
  .bar-fill, progress::-webkit-progress-value { transition: width 0.3s ease; }
  a, button { transition: background-color 0.12s ease, border-color 0.12s ease; }
}
`;
