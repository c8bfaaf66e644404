import type { Context, Span } from '@opentelemetry/api';
import type { RunInfo, TaskEvents } from '../events/taskEvents.ts';
import type { Message } from '../message/message.ts';
import type { System } from '../system/system.ts';
import type { UnpublishedMessage } from '../task/current.ts';
import { contextIn, headersOf } from './carrier.ts';
import { abandonRunSpan, endRunSpan } from './endRunSpan.ts';
import { orElse } from './orElse.ts';
import { startPublishSpan, startPublishSpans } from './publishSpans.ts';
import { type FunctionAttributes, runAttributes } from './runAttributes.ts';
import { applyChange, changeRequest, contextRequest, type SpanChange, toPlainContext } from './runContext.ts';
import { type TraceApi, tracerOf } from './traceApi.ts';

type TaskRequest = (run: { readonly message: Message }, payload: unknown) => Promise<unknown>;

/** The traces of a dispatcher: a part of its options. */
export interface RunTraces {
  readonly events: TaskEvents;
  /** Answers the threads of the runs. */
  readonly taskRequests: Readonly<Record<string, TaskRequest>>;
  /** Starts the spans of messages that follow a task. */
  beforePublish<M extends UnpublishedMessage>(messages: readonly M[], parent: Message): Promise<readonly M[]>;
  /** The headers of the message that retries a task; undefined if it keeps those that it has. */
  retryHeaders(message: Message): Readonly<Record<string, string>> | undefined;
}

export interface RunTracesOptions {
  readonly api: TraceApi;
  readonly system: Pick<System, 'now'>;
  /** Undefined for a worker that is no function. */
  readonly faas?: FunctionAttributes | undefined;
}

interface RunTrace {
  /** The span of the run; undefined for a task that does not run. */
  readonly span: Span | undefined;
  /** The parent of what follows the task. */
  readonly context: Context;
  /** The spans of messages that follow the task. They end with the run, when these are published. */
  readonly publishSpans: Span[];
  retryHeaders?: Readonly<Record<string, string>>;
}

/**
 * Creates the spans `run/NAME` and `apply_async/NAME` of runs, with the names, kinds and attributes of OpenTelemetry's
 * instrumentation of Celery. A task that does not run, for example because it is revoked, has no span: what follows it belongs to
 * the span of its sender.
 */
export function createRunTraces({ api, system, faas }: RunTracesOptions): RunTraces {
  const traces = new WeakMap<Message, RunTrace>();
  /** By the ids of their tasks, for errbacks, which run inside of the run of the task that has failed. */
  const running = new Map<string, RunTrace>();
  let firstRequestId: string | undefined;

  const events: TaskEvents = {
    received(run) {
      // Celery's own tasks run in the dispatcher, without `started`.
      if (!run.entry && run.message.task.startsWith('celery.')) start(run);
    },
    started(run) {
      if (!traces.get(run.message)?.span) start(run);
    },
    ended(run, outcome) {
      const trace = end(run.message);
      if (trace?.span) endRunSpan(api, trace.span, outcome, system.now());
    },
    abandoned(run) {
      const trace = end(run.message);
      if (trace?.span) abandonRunSpan(api, trace.span);
    },
    endedBefore: (run) => void end(run.message),
  };

  return {
    events,
    taskRequests: {
      async [contextRequest]({ message }) {
        const trace = traceOfRun(message);
        return trace && toPlainContext(api, trace.context);
      },
      async [changeRequest]({ message }, payload) {
        const span = traceOfRun(message)?.span;
        if (span) applyChange(span, payload as SpanChange);
      },
    },
    async beforePublish(messages, parent) {
      const { context, publishSpans } = traceOf(parent);
      const traced = await startPublishSpans(api, context, messages);
      for (const span of traced.spans) publishSpans.push(span);
      return traced.messages;
    },
    retryHeaders(message) {
      const trace = traceOf(message);
      if (!trace.span) return undefined; // A message that is sent again for an earlier delivery has its headers.
      trace.retryHeaders ??= orElse(api, {}, () => headersOfRetry(trace, message));
      return trace.retryHeaders;
    },
  };

  function start(run: RunInfo): void {
    const parent = contextIn(api, run.message.headers);
    const options = { kind: api.SpanKind.CONSUMER, attributes: { ...runAttributes(run), ...invocationOf(run) } };
    const span = tracerOf(api).startSpan(`run/${run.message.task}`, options, parent);
    const trace = { span, context: api.trace.setSpan(parent, span), publishSpans: [] };
    traces.set(run.message, trace);
    running.set(run.message.id, trace);
  }

  /** Ends the spans of the messages that follow the task. */
  function end(message: Message): RunTrace | undefined {
    const trace = traces.get(message);
    if (!trace) return undefined;
    traces.delete(message);
    if (running.get(message.id) === trace) running.delete(message.id);
    for (const span of trace.publishSpans) span.end();
    return trace;
  }

  function traceOf(message: Message): RunTrace {
    const trace = traces.get(message) ?? {
      ...{ span: undefined, context: contextIn(api, message.headers), publishSpans: [] },
    };
    traces.set(message, trace);
    return trace;
  }

  function traceOfRun(message: Message): RunTrace | undefined {
    return traces.get(message) ?? running.get(message.parentId ?? '');
  }

  /** A retry is a message that follows the run, too. */
  function headersOfRetry({ context, publishSpans }: RunTrace, message: Message): Readonly<Record<string, string>> {
    const span = startPublishSpan(api, context, message);
    publishSpans.push(span);
    return headersOf(api, api.trace.setSpan(context, span));
  }

  function invocationOf({ logFields: { requestId } }: RunInfo) {
    if (!faas || requestId === undefined) return {};
    firstRequestId ??= requestId;
    return { ...faas, 'faas.invocation_id': requestId, 'faas.coldstart': requestId === firstRequestId };
  }
}
