import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from '../client/client.ts';
import { connectRemoteControl } from '../client/remoteControl.ts';
import { decode } from '../message/decode.ts';
import { createMemoryStore } from '../store/memory/memoryStore.ts';
import { App } from '../task/app.ts';
import { createRecordedTransport, type RecordedTransport } from '../transport/fixtures/recordedTransport.ts';
import { createClientTraces } from './clientTraces.ts';
import { parentIn, registerProvider } from './fixtures/spans.ts';

const traced = registerProvider();
const { api } = traced;
let transport: RecordedTransport;
let app: App;
beforeEach(() => {
  traced.reset();
  transport = createRecordedTransport();
  app = clientWith(transport);
});
afterAll(traced.unregister);

function clientWith({ publishAll }: Pick<RecordedTransport, 'publishAll'>): App {
  const store = createMemoryStore();
  const traces = createClientTraces(api);
  return new App(
    createClient({
      ...{ transport: { publishAll }, store: async () => store, traced: async () => traces },
      control: connectRemoteControl(async () => {
        throw new Error('not used');
      }),
    }),
  );
}

const sent = () => Promise.all(transport.published.map(({ body }) => decode(body)));
const idsOf = (name: string) => {
  const spans = traced.spans().filter((span) => span.name === name);
  return spans.map((span) => span.spanContext().spanId).sort();
};

describe('a client', () => {
  test('sends a task in a span apply_async/NAME, which its message carries as a header', async () => {
    const { id } = await app.sendTask('p.add', [1, 2], {}, { queue: 'slow', headers: { 'x-own': 'kept' } });
    const [message] = await sent();
    const span = traced.span('apply_async/p.add');
    expect(parentIn(message?.headers)).toBe(span.spanContext().spanId);
    expect(message?.headers).toMatchObject({ 'x-own': 'kept' });
    expect(span.kind).toBe(api.SpanKind.PRODUCER);
    expect(span.attributes).toMatchObject({ 'messaging.message.id': id, 'messaging.destination': 'slow' });
    expect(span.parentSpanContext).toBeUndefined();
  });

  test('makes the active span the parent, and sends its baggage', async () => {
    const tracer = api.trace.getTracer('user');
    const baggage = api.propagation.createBaggage({ tenant: { value: 'acme' } });
    await tracer.startActiveSpan('request', async (span) => {
      await api.context.with(api.propagation.setBaggage(api.context.active(), baggage), () => app.sendTask('p.add'));
      span.end();
    });
    const { spanId } = traced.span('request').spanContext();
    expect(traced.span('apply_async/p.add').parentSpanContext?.spanId).toBe(spanId);
    expect((await sent())[0]?.headers).toMatchObject({ baggage: 'tenant=acme' });
  });

  test('has one span for the first step of a chain, and one for each member of a group', async () => {
    const s = (name: string) => app.canvas.signature(name);
    await app.canvas.chain(s('p.first'), s('p.second')).applyAsync();
    await app.canvas.group(s('p.member'), s('p.member')).applyAsync();
    expect(traced.spans().map(({ name }) => name)).toEqual([
      'apply_async/p.first',
      'apply_async/p.member',
      'apply_async/p.member',
    ]);
    const members = (await sent()).filter(({ task }) => task === 'p.member');
    expect(members.map(({ headers }) => parentIn(headers)).sort()).toEqual(idsOf('apply_async/p.member'));
  });

  test('has one span for each member of the header of a chord', async () => {
    const s = (name: string) => app.canvas.signature(name);
    await app.canvas.chord([s('p.member'), s('p.member')], s('p.body')).applyAsync();
    expect(traced.spans().map(({ name }) => name)).toEqual(['apply_async/p.member', 'apply_async/p.member']);
  });

  test('that cannot send has a span with the error', async () => {
    const failing = clientWith({ publishAll: () => Promise.reject(new Error('no queue')) });
    await expect(failing.sendTask('p.add')).rejects.toThrow('no queue');
    expect(traced.span('apply_async/p.add')).toMatchObject({
      status: { code: api.SpanStatusCode.ERROR, message: 'no queue' },
      events: [expect.objectContaining({ name: 'exception' })],
    });
  });
});
