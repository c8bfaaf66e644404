import { bodyOf, headerOf, kindOf, signaturesIn, tasksOf, type WireSignature } from '../canvas/signatures/signature.ts';

/** Returns a signature as a text, such as `chain(ok, chord([ok, retries], body), ok)`. */
export function describeFlow(signature: WireSignature): string {
  const { link, link_error } = signature.options;
  return `${shapeOf(signature)}${linksIn('link', link)}${linksIn('link_error', link_error)}`;
}

function shapeOf(signature: WireSignature): string {
  switch (kindOf(signature)) {
    case 'chain':
      return `chain(${listOf(tasksOf(signature))})`;
    case 'group':
      return `[${listOf(tasksOf(signature))}]`;
    case 'chord':
      return `chord(${describeFlow(headerOf(signature))}, ${describeFlow(bodyOf(signature))})`;
    case 'task':
      return signature.task.replace(/^sim\./, '');
  }
}

/** Of many tasks that are alike, the number. */
function listOf(tasks: readonly WireSignature[]): string {
  const texts = tasks.map(describeFlow);
  const parts: { text: string; count: number }[] = [];
  for (const text of texts) {
    const last = parts.at(-1);
    if (last?.text === text) last.count += 1;
    else parts.push({ text, count: 1 });
  }
  return parts.map(({ text, count }) => (count > 1 ? `${count} × ${text}` : text)).join(', ');
}

function linksIn(name: string, option: unknown): string {
  const links = signaturesIn(option);
  return links.length > 0 ? `.${name}(${listOf(links)})` : '';
}
