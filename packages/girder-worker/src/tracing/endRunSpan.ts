import type { Attributes, Span } from '@opentelemetry/api';
import { parsePythonJson } from '../kombu/json/pythonJson.ts';
import { exceptionRepr, pythonRepr } from '../kombu/repr/pythonRepr.ts';
import type { Failure } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { TraceApi } from './traceApi.ts';

/** Ends the span of a run with its outcome: state, status and exception as Python's instrumentation sets them. */
export function endRunSpan(api: TraceApi, span: Span, outcome: Outcome, nowMs: number): void {
  if (span.isRecording()) {
    span.setAttributes(attributesOf(outcome, nowMs));
    // As in Python, an error of the task option `throws` is no fault of the program.
    if (outcome.state === 'FAILURE' && !outcome.isExpected) recordFailure(api, span, outcome.failure);
    if (outcome.state === 'RETURNED') span.setStatus({ code: api.SpanStatusCode.ERROR, message: outcome.why });
  }
  span.end();
}

/** Ends the span of a run whose outcome was not stored: the message is delivered again, or another delivery decides. */
export function abandonRunSpan(api: TraceApi, span: Span): void {
  span.setStatus({ code: api.SpanStatusCode.ERROR, message: 'The outcome of this run was not stored.' });
  span.end();
}

function attributesOf(outcome: Outcome, nowMs: number): Attributes {
  switch (outcome.state) {
    case 'SUCCESS':
    case 'FAILURE':
    case 'IGNORED':
    case 'REJECTED':
    case 'RETURNED':
      return { 'celery.state': outcome.state };
    case 'REVOKED':
      return { 'celery.state': outcome.state, 'celery.revoked.reason': outcome.reason };
    case 'RETRY':
      return { 'celery.state': outcome.state, 'celery.retry.reason': retryReason(outcome, nowMs) };
    case 'REPLACED':
      return { 'celery.state': 'IGNORED' }; // Celery's `replace` raises Ignore.
  }
}

/** The text of Celery's Retry: `Retry in 3s: ValueError('again')`. */
function retryReason({ etaMs, failure }: Outcome & { readonly state: 'RETRY' }, nowMs: number): string {
  const seconds = Math.max(0, Math.round((etaMs - nowMs) / 1000));
  const cause = failure ? `: ${exceptionRepr({ type: failure.type, args: argumentsOf(failure) })}` : '';
  return `Retry in ${seconds}s${cause}`;
}

/** The event of Python's `record_exception`. */
function recordFailure({ SpanStatusCode }: TraceApi, span: Span, failure: Failure): void {
  const { type, module, traceback } = failure;
  const message = exceptionText(argumentsOf(failure));
  span.addEvent('exception', {
    'exception.type': module === 'builtins' ? type : `${module}.${type}`,
    'exception.message': message,
    ...(traceback !== null && { 'exception.stacktrace': traceback }),
    'exception.escaped': 'False',
  });
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}

function argumentsOf({ argsJson }: Failure): readonly unknown[] {
  return parsePythonJson(argsJson) as readonly unknown[];
}

/** Python's `str(exception)`. */
function exceptionText(args: readonly unknown[]): string {
  const [only] = args;
  if (args.length === 0) return '';
  if (args.length === 1) return typeof only === 'string' ? only : pythonRepr(only);
  return `(${args.map(pythonRepr).join(', ')})`;
}
