"""Remote control over SNS, as `supports_fanout` lets an unmodified client publish it."""

import contextlib
import os
import uuid

from celery import Celery
from celery.exceptions import TaskRevokedError
from kombu.asynchronous import set_event_loop
from kombu.asynchronous.hub import Hub
from lab import TIMEOUT, raised_by, scenario, wait_for

NODE = os.environ["CONTROL_NODE"]
IS_FUNCTION = NODE == "girder-worker@girder-worker-dev-dispatcher"
CANCELABLE = "gwexample.analyses.tasks.cancelable"
FIBONACCI = "gwexample.analyses.tasks.fibonacci"
MINUTE = 60_000

app = Celery(
    "control",
    broker=f"sqs://test:test@localhost:{os.environ['SQS_PORT']}//",
    backend=f"dynamodb://test:test@localhost:{os.environ['DYNAMODB_PORT']}/celery",
    set_as_current=False,
)
app.conf.broker_transport_options = {
    "region": "us-east-1",
    "is_secure": False,
    "supports_fanout": True,
    "wait_time_seconds": 1,  # the least that a client waits where nobody answers, whatever its timeout; Kombu's is 10
}


@contextlib.contextmanager
def replies():
    """The one line without which Kombu's SQS client fails on any reply; taken back for the scenarios of others."""
    set_event_loop(Hub())
    try:
        with app.connection_for_write() as connection:
            yield connection
    finally:
        set_event_loop(None)


def inspected(method, *args, **kwargs):
    """What our node answers; with `limit`, a client does not wait for others."""
    with replies() as connection:
        answers = getattr(app.control.inspect(timeout=TIMEOUT, limit=1, connection=connection), method)(*args, **kwargs)
    assert list(answers) == [NODE], answers
    return answers[NODE]


def commanded(command, destination=(NODE,), timeout=TIMEOUT, **arguments):
    with replies() as connection:
        return app.control.broadcast(
            command, arguments=arguments, destination=destination, reply=True, timeout=timeout, connection=connection
        )


def computing(name=CANCELABLE, args=(MINUTE,), **options):
    """A task that has begun, and computes for a minute unless it is told not to."""
    result = app.send_task(name, args=args, **options)
    wait_for("STARTED", result)
    return result


def is_revoked(result):
    error = raised_by(result)
    assert isinstance(error, TaskRevokedError), repr(error)
    assert result.state == "REVOKED"


@scenario("control.revoke(id) makes `this.canceled` true in a task that computes without a pause")
def revoke_one():
    result = computing()
    app.control.revoke(result.id)
    is_revoked(result)


@scenario("control.revoke of many ids reaches each of them, running or not yet sent")
def revoke_many():
    running = computing()
    ids = [str(uuid.uuid4()) for _ in range(30)]
    app.control.revoke([running.id, *ids])
    is_revoked(running)
    for task_id in ids:
        wait_for("REVOKED", app.AsyncResult(task_id))
    is_revoked(app.send_task("labtasks.add", args=(1, 2), task_id=ids[0]))


@scenario("result.revoke() is what control.revoke is")
def revoke_result():
    result = computing()
    result.revoke()
    is_revoked(result)


@scenario("a client that may not create the topic names its ARN, and revokes")
def revoke_predefined():
    arn = "arn:aws:sns:us-east-1:000000000000:celery-pidbox"
    client = Celery("predefined", broker=app.conf.broker_url, backend=app.conf.result_backend, set_as_current=False)
    client.conf.broker_transport_options = {
        **app.conf.broker_transport_options,
        "predefined_exchanges": {"celery.pidbox": {"arn": arn}},
    }
    result = computing()
    client.control.revoke(result.id)
    is_revoked(result)


@scenario("terminate=True ends a task that never looks whether it is canceled")
def revoke_terminate():
    result = computing(FIBONACCI, (60,))
    app.control.revoke(result.id, terminate=True, signal="SIGKILL")
    is_revoked(result)
    assert app.send_task(FIBONACCI, args=(26,)).get(timeout=TIMEOUT) == 121393


@scenario("revoke_by_stamped_headers reaches a task that runs and one that is sent later, and no other")
def revoke_stamped():
    trace, other = str(uuid.uuid4()), str(uuid.uuid4())
    stamps = {"stamped_headers": ["trace"]}
    running = computing(headers={"trace": trace, **stamps}, trace=trace, **stamps)
    app.control.revoke_by_stamped_headers({"trace": [trace]})
    is_revoked(running)
    is_revoked(app.send_task("labtasks.add", args=(1, 2), headers={"trace": trace, **stamps}, trace=trace, **stamps))
    spared = app.send_task("labtasks.add", args=(1, 2), headers={"trace": other, **stamps}, trace=other, **stamps)
    assert spared.get(timeout=TIMEOUT) == 3


@scenario("control.ping() is answered, by a node whose name is that of STARTED results")
def ping():
    with replies() as connection:
        assert app.control.ping(destination=[NODE], timeout=TIMEOUT, connection=connection) == [{NODE: {"ok": "pong"}}]
    assert inspected("ping") == {"ok": "pong"}
    result = computing()
    assert result.info["hostname"] == NODE
    result.revoke()
    is_revoked(result)


@scenario("a command that is addressed to others is not answered")
def addressed_to_others():
    assert commanded("ping", destination=["celery@elsewhere"], timeout=0.1) == []


@scenario("a pattern addresses the nodes that it matches")
def addressed_by_pattern():
    for pattern, matcher in (("girder-worker@*", "glob"), ("girder-.*@", "pcre")):
        options = {"pattern": pattern, "matcher": matcher, "limit": 1, "timeout": TIMEOUT}
        with replies() as connection:
            assert app.control.broadcast("ping", reply=True, connection=connection, **options) == [{NODE: {"ok": "pong"}}]


@scenario("inspect().registered() lists the tasks of the deployment")
def registered():
    names = inspected("registered")
    assert FIBONACCI in names and "labtasks.add" in names, names
    assert names == sorted(names)


@scenario("inspect().active() tells of a running task until it has ended, and query_task finds it")
def active():
    result = computing()
    (task,) = [task for task in inspected("active") if task["id"] == result.id]
    assert task["hostname"] == NODE
    assert task["worker_pid"] == result.info["pid"]
    assert isinstance(task["time_start"], float)
    assert task["acknowledged"] is False
    assert task["delivery_info"]["routing_key"] == "celery"
    assert inspected("query_task", result.id, "nobody-knows-this") == {result.id: ["active", task]}
    result.revoke()
    is_revoked(result)
    assert result.id not in [task["id"] for task in inspected("active")]
    assert inspected("query_task", [result.id])[result.id][0] == "ready"


@scenario("inspect().revoked() lists the ids that were revoked, of tasks that never came, too")
def revoked():
    task_id = str(uuid.uuid4())
    app.control.revoke(task_id)
    wait_for("REVOKED", app.AsyncResult(task_id))
    assert task_id in inspected("revoked")


@scenario("inspect().scheduled() and reserved() are answered with lists")
def scheduled_and_reserved():
    assert isinstance(inspected("scheduled"), list)
    assert inspected("reserved") == []


@scenario("inspect().stats() counts the messages of the queue and its dead letters")
def stats():
    stats = inspected("stats")
    (queue,) = stats["queues"]
    assert queue["name"] == "celery"
    assert {"ready", "in_flight", "delayed"} < set(queue)
    assert queue["dead_letters"]["name"] == "celery-dead-letters"
    assert stats["broker"]["transport"] == "sqs"
    assert stats["pool"] and stats["total"] == {}


@scenario("inspect().conf() tells the settings under Celery's names, defaults when asked")
def conf():
    assert "task_default_queue" not in inspected("conf")
    conf = inspected("conf", with_defaults=True)
    assert conf["task_default_queue"] == "celery"
    assert conf["broker_url"].startswith("sqs://")


@scenario("inspect().active_queues() and report() are answered")
def queues_and_report():
    assert [queue["name"] for queue in inspected("active_queues")] == ["celery"]
    assert "girder-worker" in inspected("report")["ok"]


@scenario("the reply to revoke says what was flagged, as Celery's does")
def revoke_reply():
    task_id = str(uuid.uuid4())
    assert commanded("revoke", task_id=task_id) == [{NODE: {"ok": f"tasks {{'{task_id}'}} flagged as revoked"}}]
    assert commanded("revoke", task_id=task_id, terminate=True) == [{NODE: {"ok": "terminate: tasks unknown"}}]


@scenario("commands that make no sense are answered with an error that says what to do")
def refused():
    there = {"pool_grow": "maxConcurrency", "shutdown": "event source mapping", "add_consumer": "serverless.yml"}
    here = {"pool_grow": "--concurrency", "pool_restart": "start the worker anew", "add_consumer": "--queues"}
    for command, words in {
        **(there if IS_FUNCTION else here),
        "rate_limit": "options of the task",
        "enable_events": "events",
        "frobnicate": "no command 'frobnicate'",
    }.items():
        (reply,) = commanded(command)
        assert words in reply[NODE]["error"], reply


def shut_down():
    """No scenario, as nothing can come after it."""
    app.control.shutdown(destination=[NODE])
