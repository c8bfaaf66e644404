import { existsSync, readFileSync } from 'node:fs';

/** A span, as `traced.py` and the plugin `tracedtasks` write it. */
export interface WrittenSpan {
  readonly name: string;
  readonly kind: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly traceState: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: string;
  readonly description: string | null;
  readonly events: readonly { readonly name: string; readonly attributes: Readonly<Record<string, unknown>> }[];
}

/** A span with the process that wrote it. */
export interface Span extends WrittenSpan {
  readonly process: string;
}

/** The spans of a trace from files, by the names of the processes that write them. */
export function spansOf(traceId: string, files: Readonly<Record<string, string>>): readonly Span[] {
  return Object.entries(files).flatMap(([process, file]) => {
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
    const spans = lines.map((line) => ({ ...(JSON.parse(line) as WrittenSpan), process }));
    return spans.filter((span) => span.traceId === traceId);
  });
}

/** The tree of spans, one line for each: indented by its depth, in an order that does not depend on their times. */
export function treeOf(spans: readonly Span[], label: (span: Span) => string): readonly string[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const below = (parent: string | undefined): readonly (readonly string[])[] =>
    spans
      .filter(({ parentSpanId }) =>
        parent === undefined ? parentSpanId === null || !ids.has(parentSpanId) : parentSpanId === parent,
      )
      .map((span) => [label(span), ...below(span.spanId).flatMap((lines) => lines.map((line) => `  ${line}`))])
      .toSorted((a, b) => a.join('\n').localeCompare(b.join('\n')));
  return below(undefined).flat();
}
