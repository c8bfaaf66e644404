"""Queues and messages"""

import os
import time

from celery import chain, chord
from lab import QUEUES, app, client, document_of, item_of, new_id, returns, scenario, value
from labtasks import add, now, pauses, raises, request_dump, retried


@scenario("a task is sent to the queue that its sender names")
def queue():
    seen = value(request_dump.apply_async(queue=QUEUES["second"]))
    assert seen["deliveryInfo"] == {"exchange": "", "routingKey": "lab-second", "redelivered": False}, seen


@scenario("a task is sent to the queue that `task_routes` names")
def task_routes():
    routed = client(task_routes={"labtasks.*": {"queue": QUEUES["second"]}})
    seen = value(routed.send_task("labtasks.request_dump"))
    assert seen["deliveryInfo"]["routingKey"] == "lab-second", seen


@scenario("a retry is sent to the queue that the task came from")
def retry_on_queue():
    result = retried.apply_async((1,), {"countdown": 0}, queue=QUEUES["second"])
    returns(result, 1)
    assert document_of(result)["queue"] == QUEUES["second"], document_of(result)


@scenario("the tasks of a client with queue_name_prefix run")
def queue_name_prefix():
    prefixed = client(broker_transport_options={"queue_name_prefix": QUEUES["prefix"]})
    returns(prefixed.send_task("labtasks.add", (1, 2)), 3)


@scenario("the tasks of a client with predefined_queues run")
def predefined_queues():
    url = f"http://localhost:{os.environ['SQS_PORT']}/000000000000/celery"
    predefined = client(broker_transport_options={"predefined_queues": {"celery": {"url": url}}})
    returns(predefined.send_task("labtasks.add", (1, 2)), 3)


# In the next scenarios the Celery name of the queue is `jobs`, and SQS has no queue of this name.


@scenario("what follows the tasks of a client with queue_name_prefix runs in the queue with the prefix")
def follow_ups_with_prefix():
    follow_ups(client(task_default_queue="jobs", broker_transport_options={"queue_name_prefix": QUEUES["prefix"]}))


@scenario("what follows the tasks of a client with predefined_queues runs in the predefined queue")
def follow_ups_with_predefined_queues():
    url = f"http://localhost:{os.environ['SQS_PORT']}/000000000000/{QUEUES['predefined']}"
    transport = {"predefined_queues": {"jobs": {"url": url}}}
    follow_ups(client(task_default_queue="jobs", broker_transport_options=transport))


def follow_ups(sender):
    """A chain, a chord, a callback, an errback, a retry, an eta and a replacement, all without a named queue."""

    def call(name, *args, **options):
        return sender.signature(f"labtasks.{name}", args, **options)

    def read(result_id):
        return value(sender.AsyncResult(result_id))

    returns(chain(call("add", 1, 2), call("add", 10), call("mul", 2)).apply_async(), 26)
    returns(chain(call("add", 1, 2), call("add", 10).set(queue="jobs"), call("mul", 2)).apply_async(), 26)
    returns(chord([call("add", 1, 2), call("add", 3, 4)], call("xsum")).apply_async(), 10)

    linked, noted = new_id(), new_id()
    call("add", 1, 2).apply_async(link=call("request_dump").set(task_id=linked))
    assert read(linked)["deliveryInfo"]["routingKey"] == "jobs", read(linked)
    failed = call("raises", "x").apply_async(link_error=call("canvas.on_error_id").set(task_id=noted))
    assert read(noted) == failed.id

    returns(call("work.retried", 1).apply_async(), 1)
    returns(call("add", 1, 2).apply_async(countdown=1), 3)
    returns(call("canvas.replaced", 1, 2).apply_async(), 3)


@scenario("the messages of a message group run one after the other, in the order in which they were sent")
def fifo_order():
    group = new_id()
    results = [pauses.apply_async((0.2, 0), queue=QUEUES["fifo"], MessageGroupId=group)]
    results += [now.apply_async(queue=QUEUES["fifo"], MessageGroupId=group) for _ in range(5)]
    returns(results[0], 0)
    times = [value(result) for result in results[1:]]
    assert times == sorted(times), times
    assert results[0].date_done.timestamp() <= times[0], "the second began before the first had ended"


@scenario("a failed task does not change the order of the others in its message group")
def fifo_failure():
    group = new_id()
    before, failing, after = (
        task.apply_async(args, queue=QUEUES["fifo"], MessageGroupId=group)
        for task, args in ((now, ()), (raises, ("fifo",)), (now, ()))
    )
    assert value(before) < value(after)
    assert failing.state == "FAILURE"
    assert before.date_done <= failing.date_done <= after.date_done


@scenario("of two messages with the same MessageDeduplicationId one runs")
def fifo_deduplication():
    options = {"queue": QUEUES["fifo"], "MessageGroupId": new_id(), "MessageDeduplicationId": new_id()}
    first, second = (add.apply_async((1, 2), **options) for _ in range(2))
    returns(first, 3)
    returns(add.apply_async((1, 2), **{**options, "MessageDeduplicationId": new_id()}), 3)
    assert second.state == "PENDING"


@scenario("a message with SQS message attributes runs")
def message_attributes():
    attributes = {"tenant": {"DataType": "String", "StringValue": "acme"}}
    returns(add.apply_async((1, 2), message_attributes=attributes), 3)


@scenario("a message with DelaySeconds runs after the delay")
def delay_seconds():
    sent = time.time()
    assert value(now.apply_async(DelaySeconds=1)) >= sent + 0.9


@scenario("a task reads its priority, shadow, time limits and reply queue")
def request():
    result = request_dump.apply_async((1, "a"), priority=9, shadow="disguise", time_limit=20, soft_time_limit=10)
    seen = value(result)
    assert seen["priority"] == 9, seen
    assert seen["shadow"] == "disguise", seen
    assert seen["timelimit"] == {"hardSeconds": 20, "softSeconds": 10}, seen
    assert seen["replyTo"] == app.thread_oid, seen
    assert seen["args"] == [1, "a"], seen


@scenario("a task reads the stamps of its message")
def stamps():
    signature = request_dump.s()
    signature.stamp(tenant="acme")
    seen = value(signature.apply_async())
    assert seen["stamps"] == {"tenant": "acme"}, seen
    assert seen["stampedHeaders"] == ["tenant"], seen


@scenario("a task that is sent with ignore_result runs, and stays PENDING for its client")
def ignore_result():
    callback = new_id()
    result = add.apply_async((1, 2), ignore_result=True, link=add.s(10).set(task_id=callback))
    returns(app.AsyncResult(callback), 13)
    assert app.AsyncResult(result.id).state == "PENDING"


@scenario("a task id can be any text")
def any_id():
    result = add.apply_async((1, 2), task_id=f"käse/{new_id()} x'y")
    returns(result, 3)
    assert item_of(f"celery-task-meta-{result.id}") is None  # The key contains Python's repr of bytes.


@scenario("two messages with the same task id run once")
def sent_twice():
    twice = new_id()
    first = now.apply_async(task_id=twice)
    began = value(first)
    now.apply_async(task_id=twice)
    value(add.delay(1, 1))
    assert app.AsyncResult(twice).get(timeout=1) == began
