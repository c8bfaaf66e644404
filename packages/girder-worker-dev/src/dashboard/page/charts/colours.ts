/** The colours of the style sheet that charts use. A canvas does not know the variables of CSS, so that they are read from an element. */
export type ColourName = 'good' | 'bad' | 'warn' | 'off' | 'p50' | 'p95' | 'p99' | 'muted' | 'line';

/** Returns a colour of the style sheet, as the present theme has it. */
export function colourOf(element: HTMLElement, name: ColourName): string {
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Calls a function when the theme changes, until the function that it returns is called. */
export function onThemeChange(action: () => void): () => void {
  const query = matchMedia('(prefers-color-scheme: dark)');
  query.addEventListener('change', action);
  return () => query.removeEventListener('change', action);
}
