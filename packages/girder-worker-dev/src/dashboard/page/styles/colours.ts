/** The colours of both themes. Texts have a contrast of at least 4.5 on `page`, `surface` and `raised`. */
export const colours = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f4f5f7, #0e1116);
  --surface: light-dark(#ffffff, #161a20);
  --raised: light-dark(#f6f7f9, #1d2229);
  --line: light-dark(#dde1e6, #2a313a);
  --control: light-dark(#8a929c, #5d6875);
  --text: light-dark(#1a1e24, #e3e7ec);
  --muted: light-dark(#555e69, #9aa5b2);
  --accent: light-dark(#1d5bb8, #83b4ff);
  --accent-strong: light-dark(#1d5bb8, #2c66c4);
  --good: light-dark(#19703a, #5cc27b);
  --bad: light-dark(#b3261e, #ff9189);
  --bad-strong: light-dark(#b3261e, #b8322a);
  --warn: light-dark(#855400, #e2b24f);
  --busy: light-dark(#1d5bb8, #83b4ff);
  --idle: light-dark(#555e69, #9aa5b2);
  --off: light-dark(#75409a, #cda2ee);
  --p50: light-dark(#1b7f79, #59c9bf);
  --p95: light-dark(#1d5bb8, #83b4ff);
  --p99: light-dark(#8f3f97, #dd9be2);
}
.tone-good { --tone: var(--good); }
.tone-bad { --tone: var(--bad); }
.tone-warn { --tone: var(--warn); }
.tone-busy { --tone: var(--busy); }
.tone-idle { --tone: var(--idle); }
.tone-off { --tone: var(--off); }
.fill-good { background: var(--good); }
.fill-bad { background: var(--bad); }
.fill-warn { background: var(--warn); }
.fill-off { background: var(--off); }
.fill-p50 { background: var(--p50); }
.fill-p95 { background: var(--p95); }
.fill-p99 { background: var(--p99); }
`;
