import type { Attributes, Context, Span } from '@opentelemetry/api';
import { yieldToEventLoop } from '../system/eventLoop.ts';
import type { UnpublishedMessage } from '../task/current.ts';
import { headersOf } from './carrier.ts';
import { orElse } from './orElse.ts';
import { type TraceApi, tracerOf } from './traceApi.ts';

export interface Traced<M> {
  /** The messages, whose headers carry the contexts of their spans. */
  readonly messages: readonly M[];
  /** Spans that are not ended. */
  readonly spans: readonly Span[];
}

/** Spans that are started in one turn of the event loop: a few ms. */
const spansPerTurn = 500;

/** Starts the span `apply_async/NAME` for each message, as Python does in `before_task_publish`. */
export async function startPublishSpans<M extends UnpublishedMessage>(
  api: TraceApi,
  parent: Context,
  messages: readonly M[],
): Promise<Traced<M>> {
  const traced: M[] = [];
  const spans: Span[] = [];
  for (const message of messages) {
    const withHeaders = orElse(api, message, () => {
      const span = startPublishSpan(api, parent, message);
      spans.push(span);
      return { ...message, headers: { ...message.headers, ...headersOf(api, api.trace.setSpan(parent, span)) } };
    });
    traced.push(withHeaders);
    if (traced.length % spansPerTurn === 0) await yieldToEventLoop();
  }
  return { messages: traced, spans };
}

/** Starts the span of one message. */
export function startPublishSpan(
  api: TraceApi,
  parent: Context,
  message: Pick<UnpublishedMessage, 'task' | 'id' | 'deliveryInfo'>,
): Span {
  const options = { kind: api.SpanKind.PRODUCER, attributes: publishAttributes(message) };
  return tracerOf(api).startSpan(`apply_async/${message.task}`, options, parent);
}

/** The first five are those of Python's instrumentation; the others are today's semantic conventions. */
function publishAttributes({ task, id, deliveryInfo }: Pick<UnpublishedMessage, 'task' | 'id' | 'deliveryInfo'>) {
  const queue = deliveryInfo?.routingKey ?? 'celery';
  return {
    'celery.action': 'apply_async',
    'messaging.message.id': id,
    'celery.task_name': task,
    'messaging.destination': queue,
    'messaging.destination_kind': 'queue',
    'messaging.system': 'aws_sqs',
    'messaging.operation.name': 'send',
    'messaging.operation.type': 'send',
    'messaging.destination.name': queue,
  } satisfies Attributes;
}
