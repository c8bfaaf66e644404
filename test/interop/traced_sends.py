"""Sends tasks, each scenario inside of a span of its own that has the name of the scenario. The functions return the trace
id.
"""

import traced  # noqa: F401  It instruments Celery before tasks are declared.
import labtasks as tasks
from celery import chain, chord, group
from lab import app, raised_by, value, new_id
from opentelemetry import baggage, context, trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, TraceState

tracer = trace.get_tracer(__name__)


def scenario(function):
    """Runs a function inside of a span. Returns the trace id: that of this span, or that which the function returns."""

    def run():
        with tracer.start_as_current_span(function.__name__) as span:
            return trace.format_trace_id(function() or span.get_span_context().trace_id)

    return run


def s(name, *args, **options):
    return app.signature(name, args=args, options=options)


@scenario
def task():
    assert value(tasks.add.delay(1, 2)) == 3


@scenario
def task_by_name():
    assert value(app.send_task("labtasks.add", (1, 2))) == 3


@scenario
def limits():
    value(tasks.add.apply_async((1, 2), time_limit=20, soft_time_limit=10))


@scenario
def hard_limit():
    value(tasks.add.apply_async((1, 2), time_limit=20))


@scenario
def countdown():
    value(tasks.add.apply_async((1, 2), countdown=1, expires=60))


@scenario
def own_headers():
    value(tasks.request_dump.apply_async(headers={"x-tenant": "acme"}, priority=7))


@scenario
def failure():
    raised_by(tasks.raises.delay("boom"))


@scenario
def failure_of_own_class():
    raised_by(tasks.raises_custom.delay())


@scenario
def retries():
    assert value(tasks.retried.delay(2)) == 2


@scenario
def retry_with_arguments():
    assert value(tasks.retried_with_args.delay(1, 2)) == [2, 3, None]


@scenario
def retry_without_reason():
    raised_by(tasks.retried_without_reason.delay())


@scenario
def autoretry():
    assert value(tasks.retried_by_itself.delay(1)) == 1


@scenario
def exhausted_retries():
    raised_by(tasks.never_succeeds.delay())


@scenario
def chain_of_tasks():
    assert value(chain(tasks.add.s(1, 2), tasks.add.s(3), tasks.mul.s(10)).delay()) == 60


@scenario
def chain_that_fails():
    raised_by(chain(tasks.add.s(1, 2), tasks.raises.si("x"), tasks.add.s(3)).delay().parent)


@scenario
def group_of_tasks():
    assert group(tasks.add.s(1, 2), tasks.mul.s(2, 3)).apply_async().get(timeout=30) == [3, 6]


@scenario
def chord_of_tasks():
    assert value(chord([tasks.add.s(1, 2), tasks.add.s(3, 4)])(tasks.xsum.s())) == 10


@scenario
def chain_into_group_into_task():
    assert value(chain(tasks.add.s(1, 2), group(tasks.add.s(1), tasks.add.s(2)), tasks.xsum.s()).delay()) == 9


@scenario
def callback():
    done = new_id()
    tasks.add.apply_async((1, 2), link=tasks.add.s(10).set(task_id=done))
    assert value(app.AsyncResult(done)) == 13


@scenario
def callback_of_a_task_without_result():
    done = new_id()
    tasks.quiet.apply_async(link=tasks.says.si("x").set(task_id=done))
    assert value(app.AsyncResult(done)) == "x"


@scenario
def errback():
    noted = new_id()
    tasks.raises.apply_async(("x",), link_error=tasks.on_error.s(noted))
    value(app.AsyncResult(noted))


@scenario
def errback_of_the_old_style():
    called = new_id()
    errback = s("labtasks.canvas.on_error_id").set(task_id=called)
    tasks.raises.apply_async(("x",), link_error=errback)
    value(app.AsyncResult(called))


@scenario
def replacement():
    assert value(tasks.replaced.delay(1, 2)) == 3


@scenario
def replacement_by_chain():
    assert value(tasks.replaced_by_chain.delay(1, 2)) == 30


@scenario
def replacement_by_chord():
    assert value(tasks.replaced_by_chord.delay(2)) == 2


@scenario
def child_tasks():
    for id in value(tasks.spawns.delay(2)):
        value(app.AsyncResult(id))


@scenario
def child_chord():
    assert value(app.AsyncResult(value(tasks.spawns_chord.delay(2)))) == 2


@scenario
def ignored():
    tasks.ignores.delay()


@scenario
def rejected():
    tasks.rejects.delay()


@scenario
def map_of_a_task():
    assert value(tasks.xsum.map([[1, 2], [3]]).delay()) == [3, 3]


@scenario
def chunks_of_a_task():
    tasks.add.chunks([(1, 2), (3, 4)], 1).apply_async().get(timeout=30)


@scenario
def not_sampled():
    trace_id = 0x1AF7651916CD43DD8448EB211C80319C
    remote = SpanContext(trace_id, 0xB7AD6B7169203331, True, TraceFlags(0))
    token = context.attach(trace.set_span_in_context(NonRecordingSpan(remote)))
    try:
        value(chain(tasks.add.s(1, 2), tasks.add.s(3)).delay())
    finally:
        context.detach(token)
    return trace_id


@scenario
def baggage_and_tracestate():
    trace_id = 0x0AF7651916CD43DD8448EB211C80319C
    remote = SpanContext(trace_id, 0xB7AD6B7169203331, True, TraceFlags(1), TraceState([("vendor", "1")]))
    here = trace.set_span_in_context(NonRecordingSpan(remote))
    token = context.attach(baggage.set_baggage("tenant", "acme", here))
    try:
        with tracer.start_as_current_span("vendor"):
            value(chain(tasks.add.s(1, 2), tasks.add.s(3)).delay())
    finally:
        context.detach(token)
    return trace_id


@scenario
def chain_across():
    """Function, Python, function."""
    steps = chain(tasks.add.s(1, 2), tasks.add.s(3).set(queue="python"), tasks.mul.s(10).set(queue="celery"))
    assert value(steps.delay()) == 60


@scenario
def chain_back():
    """Python, function, Python."""
    first = tasks.add.s(1, 2).set(queue="python")
    assert value(chain(first, tasks.add.s(3).set(queue="celery"), tasks.mul.s(10).set(queue="python")).delay()) == 60


@scenario
def chord_across():
    """The members in both, and the body in Python."""
    members = [tasks.add.s(1, 2), tasks.add.s(3, 4).set(queue="python")]
    assert value(chord(members)(tasks.xsum.s().set(queue="python"))) == 10


@scenario
def callback_across():
    done = new_id()
    tasks.add.apply_async((1, 2), link=tasks.add.s(10).set(task_id=done, queue="python"))
    assert value(app.AsyncResult(done)) == 13


@scenario
def errback_across():
    called = new_id()
    errback = s("labtasks.canvas.on_error_id").set(task_id=called, queue="celery")
    tasks.raises.apply_async(("x",), queue="python", link_error=errback)
    value(app.AsyncResult(called))


@scenario
def retry_across():
    """A task in Python that retries there, whose callback runs in the function."""
    done = new_id()
    callback = tasks.add.s(10).set(task_id=done, queue="celery")
    tasks.retried.apply_async((1,), queue="python", link=callback)
    assert value(app.AsyncResult(done)) == 11


@scenario
def observed():
    token = context.attach(baggage.set_baggage("tenant", "acme"))
    try:
        assert value(app.send_task("tracedtasks.tasks.observed", (7,))) == "acme"
    finally:
        context.detach(token)


@scenario
def observed_solo():
    assert value(app.send_task("tracedtasks.tasks.observed_solo", (7,))) is None


@scenario
def ended_thread():
    raised_by(app.send_task("tracedtasks.tasks.exits"))


@scenario
def exceeded_limit():
    raised_by(app.send_task("tracedtasks.tasks.never_ends"))


@scenario
def expected_failure():
    raised_by(app.send_task("tracedtasks.tasks.expected"))


@scenario
def unregistered_task():
    raised_by(app.send_task("nobody.has.this"))
