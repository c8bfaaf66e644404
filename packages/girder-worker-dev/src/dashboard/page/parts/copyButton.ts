import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { html } from '../html.ts';

/** Copies a text to the clipboard. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }): VNode {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return html`<button type="button" class="small" aria-label=${label} onClick=${() => void copy().catch(() => undefined)}>
    <span aria-live="polite">${isCopied ? 'Copied' : 'Copy'}</span>
  </button>`;
}
