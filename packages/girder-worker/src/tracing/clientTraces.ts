import type { UnpublishedMessage } from '../task/current.ts';
import { startPublishSpans } from './publishSpans.ts';
import type { TraceApi } from './traceApi.ts';

/** Publishes messages with `publish`, in a span for each that covers the request. */
export type TracedPublish = <M extends UnpublishedMessage>(
  messages: readonly M[],
  publish: (messages: readonly M[]) => Promise<void>,
) => Promise<void>;

/** The traces of a client: the parents of its spans are the span that is active where the task is sent. */
export function createClientTraces(api: TraceApi): TracedPublish {
  return async (messages, publish) => {
    const traced = await startPublishSpans(api, api.context.active(), messages);
    try {
      await publish(traced.messages);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      for (const span of traced.spans) {
        span.recordException(error instanceof Error ? error : message);
        span.setStatus({ code: api.SpanStatusCode.ERROR, message });
      }
      throw error;
    } finally {
      for (const span of traced.spans) span.end();
    }
  };
}
