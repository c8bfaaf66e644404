import type { Baggage, Context, Span } from '@opentelemetry/api';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { contextIn } from './carrier.ts';
import { registerProvider } from './fixtures/spans.ts';
import { applyChange, fromPlainContext, type PlainContext, type SpanChange, toPlainContext } from './runContext.ts';

const traced = registerProvider();
const { api } = traced;
const nowMs = Date.UTC(2026, 0, 1);
let changes: SpanChange[];
beforeEach(() => {
  traced.reset();
  changes = [];
});
afterAll(traced.unregister);

/** The context of a run in the main thread, and the same in its thread. */
function contexts(headers: Readonly<Record<string, string>> = {}) {
  const parent = contextIn(api, headers);
  const span = api.trace.getTracer('test').startSpan('run/p.task', {}, parent);
  const main = api.trace.setSpan(parent, span);
  const plain = structuredClone(toPlainContext(api, main)) as PlainContext;
  const onChange = (change: SpanChange) => void changes.push(structuredClone(change));
  const thread = fromPlainContext(api, plain, onChange, () => nowMs + 5000);
  return { span, thread, threadSpan: api.trace.getSpan(thread) as Span };
}

function baggageIn(context: Context): ReturnType<Baggage['getAllEntries']> {
  return api.propagation.getBaggage(context)?.getAllEntries() ?? [];
}

describe('the context of a run in its thread', () => {
  test('has the trace, the tracestate and the baggage of the main thread', () => {
    const headers = {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      ...{ tracestate: 'vendor=1', baggage: 'tenant=acme,user=ada' },
    };
    const { span, thread, threadSpan } = contexts(headers);
    const { traceId, spanId, traceState } = threadSpan.spanContext();
    expect({ traceId, spanId }).toEqual({ traceId: span.spanContext().traceId, spanId: span.spanContext().spanId });
    expect(traceState?.serialize()).toBe('vendor=1');
    expect(baggageIn(thread).map(([name, { value }]) => [name, value])).toEqual([
      ['tenant', 'acme'],
      ['user', 'ada'],
    ]);
  });

  test('makes spans of the task children of the run', () => {
    const { span, thread } = contexts();
    api.context.with(thread, () => api.trace.getTracer('user').startSpan('query').end());
    expect(traced.span('query').parentSpanContext?.spanId).toBe(span.spanContext().spanId);
  });

  test('does not exist for a message without a trace that did not run', () => {
    expect(toPlainContext(api, api.ROOT_CONTEXT)).toBeUndefined();
  });

  test('records nothing if the trace is not sampled', () => {
    const { threadSpan } = contexts({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00' });
    expect(threadSpan.isRecording()).toBe(false);
    threadSpan.setAttribute('size', 3);
    expect(changes).toEqual([]);
  });
});

describe('what a task does to the span of its run', () => {
  test('is done to the span in the main thread, with the times of the thread', () => {
    const { span, threadSpan } = contexts();
    threadSpan.setAttribute('size', 3).setAttributes({ names: ['a', 'b'] });
    threadSpan
      .addEvent('half')
      .addEvent('early', nowMs + 1000)
      .addEvent('late', { of: 2 }, new Date(nowMs + 9000));
    threadSpan.recordException(new RangeError('too far'));
    threadSpan.recordException('text');
    threadSpan.setStatus({ code: api.SpanStatusCode.ERROR, message: 'bad' }).updateName('renamed');
    for (const change of changes) applyChange(span, change);
    span.end();
    const ended = traced.span('renamed');
    expect(ended.attributes).toEqual({ size: 3, names: ['a', 'b'] });
    expect(ended.status).toEqual({ code: api.SpanStatusCode.ERROR, message: 'bad' });
    expect(ended.events.map(({ name, time: [seconds] }) => [name, seconds - nowMs / 1000])).toEqual([
      ['half', 5],
      ['early', 1],
      ['late', 9],
      ['exception', 5],
      ['exception', 5],
    ]);
    expect(ended.events[3]?.attributes).toMatchObject({
      'exception.type': 'RangeError',
      'exception.message': 'too far',
      'exception.stacktrace': expect.stringContaining('runContext.test.ts'),
    });
  });

  test('does not end it', () => {
    const { span, threadSpan } = contexts();
    threadSpan.addLink({ context: span.spanContext() }).addLinks([]).end();
    expect(changes).toEqual([]);
    expect(span.isRecording()).toBe(true);
  });
});
