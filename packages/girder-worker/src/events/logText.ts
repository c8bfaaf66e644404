/** A line of a task with the fields that it has given, as a log in text format and a Girder job show them: `step done n=3`. */
export function withData(text: string, data: Readonly<Record<string, unknown>> | undefined): string {
  if (!data) return text;
  const fields = Object.entries(data).map(([name, value]) => `${plainOrJson(name)}=${plainOrJson(value)}`);
  return [text, ...fields].join(' ');
}

/** A simple text as it is; everything else as JSON, which has neither line breaks nor control characters. */
function plainOrJson(value: unknown): string {
  return typeof value === 'string' && /^[\w.:/@+-]+$/.test(value) ? value : JSON.stringify(value);
}
