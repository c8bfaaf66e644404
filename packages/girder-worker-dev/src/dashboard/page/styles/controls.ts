/** Buttons, fields and dialogs. */
export const controls = `
button, input, select, textarea { font: inherit; color: inherit; }
button, select, input:not([type=checkbox], [type=radio]), textarea { background: var(--surface); border: 1px solid var(--control); border-radius: 6px; padding: 4px 10px; min-height: 32px; }
input:not([type=checkbox], [type=radio]), select, textarea { padding: 4px 8px; }
button { cursor: pointer; font-weight: 550; white-space: nowrap; }
button:hover:not(:disabled) { background: var(--raised); border-color: var(--text); }
button:disabled { color: var(--muted); border-color: var(--line); cursor: default; }
button.primary { background: var(--accent-strong); border-color: var(--accent-strong); color: #fff; }
button.danger { background: var(--bad-strong); border-color: var(--bad-strong); color: #fff; }
button.primary:hover:not(:disabled), button.danger:hover:not(:disabled) { filter: brightness(0.9); background: var(--accent-strong); }
button.danger:hover:not(:disabled) { background: var(--bad-strong); }
button.primary:disabled { background: var(--raised); color: var(--muted); border-color: var(--line); }
button.small { min-height: 26px; padding: 1px 8px; font-size: 12px; }
input[type=checkbox], input[type=radio] { accent-color: var(--accent-strong); width: 16px; height: 16px; margin: 0; flex: none; }
.buttons { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; }
.buttons.row { flex-wrap: nowrap; }
.buttons.end { justify-content: flex-end; }
.check { display: inline-flex; align-items: center; gap: 6px; }
.field { display: grid; gap: 3px; font-size: 12px; color: var(--muted); min-width: 0; align-content: start; }
.field > * { font-size: 14px; color: var(--text); width: 100%; min-width: 0; }
.field.code { font-family: inherit; }
.field.code input, textarea.code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 13px; }
textarea { resize: vertical; line-height: 1.45; }
.search { display: grid; gap: 10px; grid-template-columns: 2fr 1.2fr 1.4fr 1fr 1fr 1.2fr max-content; align-items: end; }
.search .clear { justify-self: start; }
.segments { display: inline-flex; border: 1px solid var(--control); border-radius: 6px; overflow: hidden; background: var(--surface); }
.segments label { position: relative; cursor: pointer; }
.segments label + label { border-left: 1px solid var(--line); }
.segments input { position: absolute; inset: 0; opacity: 0; width: 100%; height: 100%; cursor: pointer; }
.segments span { display: block; padding: 5px 12px; white-space: nowrap; color: var(--muted); }
.segments input:checked + span { background: var(--accent-strong); color: #fff; font-weight: 600; }
.segments input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: -4px; }
.segments input:checked:focus-visible + span { outline-color: #fff; }
.pager { display: flex; flex-wrap: wrap; align-items: center; justify-content: center; gap: 8px; }
.pager input { width: 84px; }
dialog { width: min(600px, calc(100vw - 24px)); max-height: calc(100dvh - 24px); overflow: auto; background: var(--surface); color: var(--text); border: 1px solid var(--control); border-radius: 10px; padding: 18px 20px; box-shadow: 0 12px 48px rgb(0 0 0 / 30%); }
dialog::backdrop { background: rgb(8 10 14 / 50%); }
dialog form { display: grid; gap: 12px; grid-template-columns: minmax(0, 1fr); }
dialog h2 { font-size: 16px; }
.dialog-body { display: grid; gap: 10px; overflow-wrap: anywhere; grid-template-columns: minmax(0, 1fr); }
.dialog-fault { color: var(--bad); overflow-wrap: anywhere; }
.dialog-fault:empty { display: none; }
.notes, .named { display: grid; gap: 4px; }
.notes { background: color-mix(in srgb, var(--warn) 9%, var(--surface)); border-left: 3px solid var(--warn); padding: 8px 10px; border-radius: 4px; }
.named { background: var(--raised); border-radius: 6px; padding: 8px 10px; }
progress { appearance: none; flex: 1 1 220px; max-width: 480px; height: 10px; border: 0; border-radius: 5px; background: var(--line); overflow: hidden; accent-color: var(--busy); }
progress::-webkit-progress-bar { background: var(--line); }
progress::-webkit-progress-value { background: var(--busy); }
progress::-moz-progress-bar { background: var(--busy); }
@media (max-width: 1000px) { .search { grid-template-columns: 1fr 1fr 1fr; } .search .grow { grid-column: span 2; } }
@media (max-width: 640px) { .search { grid-template-columns: 1fr 1fr; } .segments { width: 100%; } .segments label { flex: 1; text-align: center; } .segments span { padding: 5px 4px; } }
`;
