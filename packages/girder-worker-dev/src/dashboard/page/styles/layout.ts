/** The parts of the page: header, views, cards and messages. */
export const layout = `
.top { background: var(--surface); border-bottom: 1px solid var(--line); padding: 0 20px; }
.top-row { display: flex; flex-wrap: wrap; align-items: center; gap: 0 20px; min-height: 48px; }
.brand { font-weight: 700; letter-spacing: -0.01em; }
.top nav { display: flex; gap: 2px; align-self: stretch; }
.top nav a { display: flex; align-items: center; gap: 6px; padding: 13px 10px 11px; color: var(--muted); border-bottom: 2px solid transparent; }
.top nav a:hover { color: var(--text); text-decoration: none; }
.top nav a[aria-current] { color: var(--text); font-weight: 600; border-bottom-color: var(--accent); }
.count-badge { background: var(--bad-strong); color: #fff; font-size: 11px; font-weight: 600; line-height: 1; padding: 3px 6px; border-radius: 9px; }
.top-state { display: flex; align-items: center; gap: 12px; margin-left: auto; }
.tag { border: 1px solid var(--control); border-radius: 4px; padding: 1px 7px; font-size: 12px; color: var(--muted); }
.connection { display: inline-flex; align-items: center; gap: 6px; font-size: 12px; color: var(--muted); }
.connection .mark { width: 8px; height: 8px; border-radius: 50%; background: var(--idle); }
.connection-live .mark { background: var(--good); }
.connection-lost, .connection-refused { color: var(--bad); }
.connection-lost .mark, .connection-refused .mark { background: var(--bad); border-radius: 1px; }
.stack { display: flex; flex-wrap: wrap; gap: 0 18px; padding-bottom: 8px; font-size: 12px; }
.stack div { display: flex; gap: 6px; min-width: 0; }
.stack dt { color: var(--muted); }
.stack dd { overflow-wrap: anywhere; }
main { max-width: 1480px; margin: 0 auto; padding: 16px 20px 48px; }
.view { display: grid; gap: 14px; grid-template-columns: minmax(0, 1fr); }
.view-head { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 14px; }
.view-head > :last-child:not(h1) { margin-left: auto; }
.columns { display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(min(440px, 100%), 1fr)); }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; min-width: 0; display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); align-content: start; }
.card-head { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 6px 14px; font-size: 12px; }
.card-head .count { font-size: 13px; font-weight: 600; min-height: 20px; }
.card-head .count .muted { font-weight: 400; }
.key-figures { display: grid; gap: 1px; grid-template-columns: repeat(auto-fit, minmax(148px, 1fr)); background: var(--line); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
.key-figures > div { background: var(--surface); padding: 10px 14px; font-size: 12px; }
.key-figures dt { color: var(--muted); }
.key-figures .value { font-size: 22px; font-weight: 620; line-height: 1.3; letter-spacing: -0.01em; color: var(--tone, inherit); }
.facts { display: grid; gap: 10px 20px; grid-template-columns: repeat(auto-fill, minmax(min(270px, 100%), 1fr)); background: var(--surface); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; }
.facts dt { color: var(--muted); font-size: 12px; }
.facts dd { overflow-wrap: anywhere; }
.banner { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 8px; padding: 8px 12px; border: 1px solid var(--tone); border-left-width: 4px; border-radius: 6px; background: color-mix(in srgb, var(--tone) 8%, var(--surface)); overflow-wrap: anywhere; margin-bottom: 10px; }
.answer .banner { margin-bottom: 0; }
.output:has(> .answer:empty) { position: absolute; }
.banner-bad { --tone: var(--bad); }
.banner-warn { --tone: var(--warn); }
.banner-good { --tone: var(--good); }
.banner-info { --tone: var(--busy); }
.empty { color: var(--muted); padding: 8px 0; }
.path { font-size: 12px; margin-bottom: -10px; }
.path::after { content: ' /'; color: var(--muted); }
.id-line { color: var(--muted); overflow-wrap: anywhere; margin-top: -6px; }
.block { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: 8px 10px; max-height: 340px; overflow: auto; line-height: 1.5; }
.progress { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 14px; }
.hint { font-size: 12px; }
.count:empty { display: none; }
@media (max-width: 640px) {
  .top, main { padding-left: 12px; padding-right: 12px; }
  .top nav { order: 3; width: 100%; margin: 0 -6px; overflow-x: auto; }
  .top nav a { padding: 8px 6px; }
  .stack { display: none; }
  .top-row { padding-top: 8px; }
  .view-head > :last-child:not(h1) { margin-left: 0; }
  .key-figures { grid-template-columns: 1fr 1fr; }
}
`;
