import { type Attributes, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { RunInfo } from '../events/taskEvents.ts';
import { decode } from '../message/decode.ts';
import { encode, type OutgoingMessage } from '../message/encode.ts';
import { failureOf } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import { parentIn, registerProvider } from './fixtures/spans.ts';
import { createRunTraces, type RunTraces } from './runTraces.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
const success: Outcome = { state: 'SUCCESS', resultJson: '3' };
const nowMs = Date.UTC(2026, 0, 1);

const traced = registerProvider();
let traces: RunTraces;
beforeEach(() => {
  traced.reset();
  traces = createRunTraces({ api: traced.api, system: { now: () => nowMs } });
});
afterAll(traced.unregister);

async function runOf(changes: Partial<OutgoingMessage> = {}, receiveCount = 1): Promise<RunInfo> {
  const task = changes.task ?? 'p.task';
  const message = await decode(encode({ task, id: 'id', origin: 'gen1@client', headers: { traceparent }, ...changes }));
  return {
    message,
    entry: task.startsWith('celery.')
      ? undefined
      : { plugin: 'p@1', options: {}, load: () => undefined, parameters: { positional: [] } },
    delivery: { queueArn: 'arn:aws:sqs:us-east-1:0:celery', receiveCount, sizeBytes: 700 },
    logFields: { task, id: 'id', queue: 'celery', requestId: 'request' },
  };
}

/** A run with this outcome. */
async function end(outcome: Outcome, run?: RunInfo): Promise<RunInfo> {
  const ended = run ?? (await runOf());
  await traces.events.received?.(ended);
  await traces.events.started?.(ended);
  await traces.events.ended?.(ended, outcome, 5);
  return ended;
}

describe('the span of a run', () => {
  test('is named run/NAME, is a CONSUMER, and continues the trace of its message', async () => {
    await end(success);
    const span = traced.span('run/p.task');
    expect(span.kind).toBe(SpanKind.CONSUMER);
    expect(span.spanContext().traceId).toBe(traceId);
    expect(span.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
  });

  test('begins a trace if its message carries none', async () => {
    await end(success, await runOf({ headers: {} }));
    expect(traced.span('run/p.task').parentSpanContext).toBeUndefined();
  });

  test.each([['garbage'], [''], [7], [null], [['00', 'x']], [{ a: 1 }]])(
    'begins a trace if the header traceparent is %j',
    async (header) => {
      await end(success, await runOf({ headers: { traceparent: header } }));
      expect(traced.span('run/p.task').parentSpanContext).toBeUndefined();
    },
  );

  test('keeps the tracestate of its message', async () => {
    await end(success, await runOf({ headers: { traceparent, tracestate: 'vendor=1,other=2' } }));
    expect(traced.span('run/p.task').spanContext().traceState?.serialize()).toBe('vendor=1,other=2');
  });

  test('is not recorded if the sender has not sampled its trace', async () => {
    await end(success, await runOf({ headers: { traceparent: traceparent.replace(/01$/, '00') } }));
    expect(traced.spans()).toEqual([]);
  });

  test('has the attributes of Python, which leave out what is empty, and those of messaging', async () => {
    await end(success);
    expect(traced.span('run/p.task').attributes).toEqual({
      'celery.action': 'run',
      'celery.task_name': 'p.task',
      'celery.state': 'SUCCESS',
      'celery.hostname': 'gen1@client',
      'celery.delivery_info': "{'exchange': '', 'routing_key': 'celery', 'priority': 0, 'redelivered': False}",
      'messaging.message.id': 'id',
      'messaging.conversation_id': 'id',
      'messaging.destination': 'celery',
      'messaging.system': 'aws_sqs',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'celery',
      'messaging.message.conversation_id': 'id',
      'messaging.message.body.size': 700,
      'aws.sqs.receive_count': 1,
    });
  });

  test.each<[string, Partial<OutgoingMessage>, Attributes]>([
    ['eta', { eta: '2026-01-01T00:00:00+00:00' }, { 'celery.eta': '2026-01-01T00:00:00+00:00' }],
    ['expires', { expires: '2030-01-01T00:00:00+00:00' }, { 'celery.expires': '2030-01-01T00:00:00+00:00' }],
    ['address for replies', { replyTo: 'me' }, { 'celery.reply_to': 'me' }],
    ['number of retries', { retries: 2 }, { 'celery.retries': 2 }],
    ['time limits', { timelimit: { hardSeconds: 9, softSeconds: 8 } }, { 'celery.timelimit': [9, 8] }],
    ['hard limit alone', { timelimit: { hardSeconds: 9, softSeconds: null } }, { 'celery.timelimit': ['9', ''] }],
  ])('has the %s of its message', async (_, changes, attributes) => {
    await end(success, await runOf(changes));
    expect(traced.span('run/p.task').attributes).toMatchObject(attributes);
  });

  test('tells that its message was delivered before', async () => {
    await end(success, await runOf({}, 3));
    expect(traced.span('run/p.task').attributes).toMatchObject({
      'celery.delivery_info': expect.stringContaining("'redelivered': True"),
      'aws.sqs.receive_count': 3,
    });
  });

  test.each<[string, Outcome, Attributes]>([
    ['IGNORED', { state: 'IGNORED' }, {}],
    ['REJECTED', { state: 'REJECTED', requeue: false, failure: failureOf('Reject', ['no', false]) }, {}],
    ['IGNORED', { state: 'REPLACED', signatureJson: '{}' }, {}],
    ['REVOKED', { state: 'REVOKED', reason: 'terminated' }, { 'celery.revoked.reason': 'terminated' }],
    [
      'RETRY',
      { state: 'RETRY', etaMs: nowMs + 3000, failure: failureOf('ValueError', ['again', 0]), traceback: null },
      { 'celery.retry.reason': "Retry in 3s: ValueError('again', 0)" },
    ],
    [
      'RETRY',
      { state: 'RETRY', etaMs: nowMs - 1, failure: null, traceback: null },
      { 'celery.retry.reason': 'Retry in 0s' },
    ],
  ])('has the state %s, and is no error, for the outcome %j', async (state, outcome, attributes) => {
    await end(outcome);
    const span = traced.span('run/p.task');
    expect(span.attributes).toMatchObject({ 'celery.state': state, ...attributes });
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
    expect(span.events).toEqual([]);
  });

  test.each([
    ['builtins', 'ValueError', ['boom', 42], 'ValueError', "('boom', 42)"],
    ['labtasks', 'LabError', ['custom'], 'labtasks.LabError', 'custom'],
    ['builtins', 'KeyError', [], 'KeyError', ''],
    ['builtins', 'ValueError', [{ a: [true, null] }], 'ValueError', "{'a': [True, None]}"],
  ])('is an error with the exception for a failure %s.%s%j', async (module, type, args, fullName, text) => {
    await end({ state: 'FAILURE', failure: failureOf(type, args, module, 'Traceback: …') });
    const span = traced.span('run/p.task');
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: text });
    expect(span.attributes).toMatchObject({ 'celery.state': 'FAILURE' });
    expect(span.events.map(({ name, attributes }) => ({ name, attributes }))).toEqual([
      {
        name: 'exception',
        attributes: {
          'exception.type': fullName,
          'exception.message': text,
          'exception.stacktrace': 'Traceback: …',
          'exception.escaped': 'False',
        },
      },
    ]);
  });

  test('is no error for a failure of the task option `throws`', async () => {
    await end({ state: 'FAILURE', failure: failureOf('ValueError', ['no']), isExpected: true });
    expect(traced.span('run/p.task')).toMatchObject({ status: { code: SpanStatusCode.UNSET }, events: [] });
  });

  test('is an error with the reason if the task did not run to its end', async () => {
    await end({ state: 'RETURNED', why: 'no time' });
    expect(traced.span('run/p.task').status).toEqual({ code: SpanStatusCode.ERROR, message: 'no time' });
  });

  test('is an error if its outcome was not stored', async () => {
    const run = await runOf();
    await traces.events.started?.(run);
    await traces.events.abandoned?.(run);
    expect(traced.span('run/p.task').status.code).toBe(SpanStatusCode.ERROR);
  });

  test('does not exist for a task that does not run', async () => {
    const run = await runOf();
    await traces.events.received?.(run);
    await traces.events.ended?.(run, { state: 'REVOKED', reason: 'expired' }, 0);
    await traces.events.endedBefore?.(await runOf(), 'SUCCESS');
    expect(traced.spans()).toEqual([]);
  });

  test("exists for Celery's own tasks, which run in the dispatcher", async () => {
    const run = await runOf({ task: 'celery.group' });
    await traces.events.received?.(run);
    await traces.events.ended?.(run, success, 0);
    expect(traced.span('run/celery.group').attributes).toMatchObject({ 'celery.state': 'SUCCESS' });
  });

  test('has the attributes of the function, and tells its first invocation', async () => {
    const faas = { 'faas.name': 'f', 'faas.version': '$LATEST', 'faas.trigger': 'pubsub' } as const;
    traces = createRunTraces({ api: traced.api, system: { now: () => nowMs }, faas });
    await end(success);
    const [first, second] = [await runOf(), await runOf()];
    await end(success, first);
    await end(success, { ...second, logFields: { ...second.logFields, requestId: 'next' } });
    const seen = traced
      .spans()
      .map(({ attributes }) => [attributes['faas.invocation_id'], attributes['faas.coldstart']]);
    expect(seen).toEqual([
      ['request', true],
      ['request', true],
      ['next', false],
    ]);
    expect(traced.spans()[0]!.attributes).toMatchObject(faas);
  });
});

describe('the messages that follow a task', () => {
  const messages = [
    { task: 'p.next', id: 'n', headers: { 'x-own': 'kept', traceparent: 'old' } },
    { task: 'p.other', id: 'o', deliveryInfo: { routingKey: 'slow' } },
  ];

  test('have spans apply_async/NAME below the run, which their headers carry', async () => {
    const run = await runOf();
    await traces.events.started?.(run);
    const published = await traces.beforePublish(messages, run.message);
    expect(traced.spans()).toEqual([]); // They end when the messages are published.
    await traces.events.ended?.(run, success, 1);
    const spans = [traced.span('apply_async/p.next'), traced.span('apply_async/p.other')];
    const runSpanId = traced.span('run/p.task').spanContext().spanId;
    expect(spans.map(({ kind }) => kind)).toEqual([SpanKind.PRODUCER, SpanKind.PRODUCER]);
    expect(spans.map((span) => span.parentSpanContext?.spanId)).toEqual([runSpanId, runSpanId]);
    expect(published.map(({ headers }) => parentIn(headers))).toEqual(spans.map((span) => span.spanContext().spanId));
    expect(published[0]?.headers).toMatchObject({ 'x-own': 'kept' });
    expect(spans[1]?.attributes).toEqual({
      'celery.action': 'apply_async',
      'celery.task_name': 'p.other',
      'messaging.message.id': 'o',
      'messaging.destination': 'slow',
      'messaging.destination_kind': 'queue',
      'messaging.system': 'aws_sqs',
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'slow',
    });
  });

  test('belong to the trace of the sender if the task did not run', async () => {
    const run = await runOf();
    await traces.beforePublish(messages, run.message);
    await traces.events.endedBefore?.(run, 'SUCCESS');
    expect(traced.span('apply_async/p.next').parentSpanContext?.spanId).toBe('b7ad6b7169203331');
  });

  test('carry the baggage and the tracestate of the message before them', async () => {
    const run = await runOf({ headers: { traceparent, tracestate: 'vendor=1', baggage: 'tenant=acme' } });
    await traces.events.started?.(run);
    const [next] = await traces.beforePublish(messages, run.message);
    expect(next?.headers).toMatchObject({ tracestate: 'vendor=1', baggage: 'tenant=acme' });
  });

  test('are started in turns of the event loop, however many they are', async () => {
    const run = await runOf();
    await traces.events.started?.(run);
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const many = Array.from({ length: 5000 }, (_, index) => ({ task: 'p.many', id: String(index) }));
    expect(await traces.beforePublish(many, run.message)).toHaveLength(5000);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
  });
});

describe('the message of a retry', () => {
  test('carries a span of its own below the run, once, however often the message is encoded', async () => {
    const run = await runOf();
    await traces.events.started?.(run);
    const headers = traces.retryHeaders(run.message);
    expect(traces.retryHeaders(run.message)).toBe(headers);
    await traces.events.ended?.(run, { state: 'RETRY', etaMs: 0, failure: null, traceback: null }, 1);
    const span = traced.span('apply_async/p.task');
    expect(span.parentSpanContext?.spanId).toBe(traced.span('run/p.task').spanContext().spanId);
    expect(parentIn(headers)).toBe(span.spanContext().spanId);
  });

  test('keeps its headers if it is sent again for an earlier delivery', async () => {
    expect(traces.retryHeaders((await runOf()).message)).toBeUndefined();
  });
});

describe('the thread of a run', () => {
  const ask = (name: string, run: RunInfo, payload: unknown = null) =>
    traces.taskRequests[name]?.({ message: run.message }, payload);

  test('gets the context of the run, and changes its span', async () => {
    const run = await runOf({ headers: { traceparent, tracestate: 'vendor=1', baggage: 'tenant=acme' } });
    await traces.events.started?.(run);
    const context = await ask('traceContext', run);
    await ask('traceChange', run, { kind: 'attributes', attributes: { size: 3 } });
    await ask('traceChange', run, { kind: 'event', name: 'half', attributes: {}, time: 1 });
    await ask('traceChange', run, { kind: 'name', name: 'renamed' });
    await ask('traceChange', run, { kind: 'status', status: { code: SpanStatusCode.OK } });
    await traces.events.ended?.(run, success, 1);
    const span = traced.span('renamed');
    expect(context).toMatchObject({
      span: { traceId, spanId: span.spanContext().spanId },
      ...{ traceState: 'vendor=1', isRecording: true, baggage: [['tenant', 'acme']] },
    });
    expect(span.attributes.size).toBe(3);
    expect(span.events.map(({ name }) => name)).toEqual(['half']);
    expect(span.status.code).toBe(SpanStatusCode.OK);
  });

  test('of an errback gets the context of the task that has failed, while that has not ended', async () => {
    const [run, errback] = [await runOf(), await runOf({ id: 'e', parentId: 'id', headers: {} })];
    await traces.events.started?.(run);
    expect(await ask('traceContext', errback)).toEqual(await ask('traceContext', run));
    await traces.events.ended?.(run, success, 1);
    expect(await ask('traceContext', errback)).toBeUndefined();
  });
});
