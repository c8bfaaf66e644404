"""OpenTelemetry's instrumentation of Celery, with an exporter that appends each span as a line of JSON to the file
SPANS_FILE.

usage: import traced
"""

import json
import os

from opentelemetry import trace
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult


def plain(span):
    """Returns a span as the tests compare it."""
    context, parent = span.get_span_context(), span.parent
    return {
        "name": span.name,
        "kind": span.kind.name,
        "traceId": trace.format_trace_id(context.trace_id),
        "spanId": trace.format_span_id(context.span_id),
        "parentSpanId": parent and trace.format_span_id(parent.span_id),
        "traceState": context.trace_state.to_header(),
        "attributes": dict(span.attributes),
        "status": span.status.status_code.name,
        "description": span.status.description,
        "events": [{"name": event.name, "attributes": dict(event.attributes)} for event in span.events],
    }


class FileExporter(SpanExporter):
    def export(self, spans):
        with open(os.environ["SPANS_FILE"], "a", encoding="utf-8") as file:
            file.writelines(json.dumps(plain(span)) + "\n" for span in spans)
        return SpanExportResult.SUCCESS


provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(FileExporter()))
trace.set_tracer_provider(provider)
CeleryInstrumentor().instrument()
