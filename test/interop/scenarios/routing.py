"""Queues and messages"""

import os
import time

from lab import QUEUES, app, client, document_of, gives, item_of, new_id, scenario, value
from labtasks import add, now, pauses, raises, request_dump, retried


@scenario("a task goes to the queue that its sender names")
def queue():
    seen = value(request_dump.apply_async(queue=QUEUES["second"]))
    assert seen["deliveryInfo"] == {"exchange": "", "routingKey": "lab-second"}, seen


@scenario("a task goes to the queue of `task_routes`")
def task_routes():
    routed = client(task_routes={"labtasks.*": {"queue": QUEUES["second"]}})
    seen = value(routed.send_task("labtasks.request_dump"))
    assert seen["deliveryInfo"]["routingKey"] == "lab-second", seen


@scenario("a retry comes back to the queue that the task came from")
def retry_on_queue():
    result = retried.apply_async((1,), {"countdown": 0}, queue=QUEUES["second"])
    gives(result, 1)
    assert document_of(result)["queue"] == QUEUES["second"], document_of(result)


@scenario("a queue is found behind the sender's queue_name_prefix")
def queue_name_prefix():
    prefixed = client(broker_transport_options={"queue_name_prefix": QUEUES["prefix"]})
    gives(prefixed.send_task("labtasks.add", (1, 2)), 3)


@scenario("a client with predefined queues needs no right to list or create any")
def predefined_queues():
    url = f"http://localhost:{os.environ['SQS_PORT']}/000000000000/celery"
    predefined = client(broker_transport_options={"predefined_queues": {"celery": {"url": url}}})
    gives(predefined.send_task("labtasks.add", (1, 2)), 3)


@scenario("the members of a message group run one after the other, in the order in which they were sent")
def fifo_order():
    group = new_id()
    results = [pauses.apply_async((0.2, 0), queue=QUEUES["fifo"], MessageGroupId=group)]
    results += [now.apply_async(queue=QUEUES["fifo"], MessageGroupId=group) for _ in range(5)]
    gives(results[0], 0)
    times = [value(result) for result in results[1:]]
    assert times == sorted(times), times
    assert results[0].date_done.timestamp() <= times[0], "the second began before the first had ended"


@scenario("a member of a message group that fails does not change the order of the others")
def fifo_failure():
    group = new_id()
    before, failing, after = (
        task.apply_async(args, queue=QUEUES["fifo"], MessageGroupId=group)
        for task, args in ((now, ()), (raises, ("fifo",)), (now, ()))
    )
    assert value(before) < value(after)
    assert failing.state == "FAILURE"
    assert before.date_done <= failing.date_done <= after.date_done


@scenario("of two messages with one MessageDeduplicationId one is run")
def fifo_deduplication():
    options = {"queue": QUEUES["fifo"], "MessageGroupId": new_id(), "MessageDeduplicationId": new_id()}
    first, second = (add.apply_async((1, 2), **options) for _ in range(2))
    gives(first, 3)
    gives(add.apply_async((1, 2), **{**options, "MessageDeduplicationId": new_id()}), 3)
    assert second.state == "PENDING"


@scenario("a message with attributes of SQS is run")
def message_attributes():
    attributes = {"tenant": {"DataType": "String", "StringValue": "acme"}}
    gives(add.apply_async((1, 2), message_attributes=attributes), 3)


@scenario("a message that SQS itself delays is run after that")
def delay_seconds():
    sent = time.time()
    assert value(now.apply_async(DelaySeconds=1)) >= sent + 0.9


@scenario("a task sees its priority, shadow, time limits and reply queue")
def request():
    result = request_dump.apply_async((1, "a"), priority=9, shadow="disguise", time_limit=20, soft_time_limit=10)
    seen = value(result)
    assert seen["priority"] == 9, seen
    assert seen["shadow"] == "disguise", seen
    assert seen["timelimit"] == {"hardSeconds": 20, "softSeconds": 10}, seen
    assert seen["replyTo"] == app.thread_oid, seen
    assert seen["args"] == [1, "a"], seen


@scenario("a task sees the stamps of its message")
def stamps():
    signature = request_dump.s()
    signature.stamp(tenant="acme")
    seen = value(signature.apply_async())
    assert seen["stamps"] == {"tenant": "acme"}, seen
    assert seen["stampedHeaders"] == ["tenant"], seen


@scenario("a task sent with ignore_result leaves nothing, and runs")
def ignore_result():
    callback = new_id()
    result = add.apply_async((1, 2), ignore_result=True, link=add.s(10).set(task_id=callback))
    gives(app.AsyncResult(callback), 13)
    assert app.AsyncResult(result.id).state == "PENDING"


@scenario("a task id may be any text")
def any_id():
    result = add.apply_async((1, 2), task_id=f"käse/{new_id()} x'y")
    gives(result, 3)
    assert item_of(f"celery-task-meta-{result.id}") is None  # Python writes it as the repr of bytes


@scenario("a message that is sent twice under one id is one task")
def sent_twice():
    twice = new_id()
    first = now.apply_async(task_id=twice)
    began = value(first)
    now.apply_async(task_id=twice)
    value(add.delay(1, 1))
    assert app.AsyncResult(twice).get(timeout=1) == began
