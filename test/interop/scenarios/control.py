"""Remote control over SNS, by an unmodified client with the transport option `supports_fanout`."""

import contextlib
import os
import uuid

from celery import Celery
from celery.exceptions import TaskRevokedError
from kombu import Exchange, Queue
from kombu.asynchronous import set_event_loop
from kombu.asynchronous.hub import Hub
from lab import TIMEOUT, raised_by, scenario, wait_for, wait_for_start

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
    # A client without a reply waits at least this long, whatever its timeout. Kombu's default is 10.
    "wait_time_seconds": 1,
}


@contextlib.contextmanager
def replies():
    """Sets the event loop that Kombu's SQS client needs to receive a reply, and removes it afterwards."""
    set_event_loop(Hub())
    try:
        with app.connection_for_write() as connection:
            yield connection
    finally:
        set_event_loop(None)


def inspected(method, *args, **kwargs):
    """Returns the reply of our node. With `limit`, the client does not wait for other nodes."""
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
    """Sends a task that computes for a minute unless it is revoked. Returns its result when it has started."""
    result = app.send_task(name, args=args, **options)
    wait_for_start(result)
    return result


def is_revoked(result):
    error = raised_by(result)
    assert isinstance(error, TaskRevokedError), repr(error)
    assert result.state == "REVOKED"


@scenario("control.revoke(id) sets `this.canceled` in a task that computes without a pause")
def revoke_one():
    result = computing()
    app.control.revoke(result.id)
    is_revoked(result)


@scenario("control.revoke of a list of ids revokes tasks that run and tasks that are not sent yet")
def revoke_many():
    running = computing()
    ids = [str(uuid.uuid4()) for _ in range(30)]
    app.control.revoke([running.id, *ids])
    is_revoked(running)
    for task_id in ids:
        wait_for("REVOKED", app.AsyncResult(task_id))
    is_revoked(app.send_task("labtasks.add", args=(1, 2), task_id=ids[0]))


@scenario("result.revoke() revokes a running task")
def revoke_result():
    result = computing()
    result.revoke()
    is_revoked(result)


@scenario("a client that names the ARN of the topic can revoke a task")
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


@scenario("terminate=True ends a task that never reads `this.canceled`")
def revoke_terminate():
    result = computing(FIBONACCI, (60,))
    app.control.revoke(result.id, terminate=True, signal="SIGKILL")
    is_revoked(result)
    assert app.send_task(FIBONACCI, args=(26,)).get(timeout=TIMEOUT) == 121393


@scenario("revoke_by_stamped_headers revokes a running task and a later one, but none with another stamp")
def revoke_stamped():
    trace, other = str(uuid.uuid4()), str(uuid.uuid4())
    stamps = {"stamped_headers": ["trace"]}
    running = computing(headers={"trace": trace, **stamps}, trace=trace, **stamps)
    app.control.revoke_by_stamped_headers({"trace": [trace]})
    is_revoked(running)
    is_revoked(app.send_task("labtasks.add", args=(1, 2), headers={"trace": trace, **stamps}, trace=trace, **stamps))
    spared = app.send_task("labtasks.add", args=(1, 2), headers={"trace": other, **stamps}, trace=other, **stamps)
    assert spared.get(timeout=TIMEOUT) == 3


@scenario("control.ping() is answered by the node whose name inspect().active() contains")
def ping():
    with replies() as connection:
        assert app.control.ping(destination=[NODE], timeout=TIMEOUT, connection=connection) == [{NODE: {"ok": "pong"}}]
    assert inspected("ping") == {"ok": "pong"}
    result = computing()
    assert inspected("query_task", result.id)[result.id][1]["hostname"] == NODE
    result.revoke()
    is_revoked(result)


@scenario("a command with another node as its destination is not answered")
def addressed_to_others():
    assert commanded("ping", destination=["celery@elsewhere"], timeout=0.1) == []


@scenario("a command with a pattern is answered by the nodes that the pattern matches")
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
    assert "labtasks.quiet [name=labtasks.quiet ignore_result=True]" in inspected("registered", "name", "ignore_result")


@scenario("inspect().active() lists a task while it runs, also after update_state(), and query_task() finds it")
def active():
    result = app.send_task("labtasks.work.tells_and_waits", ["PROGRESS"], {"meta": {"currentStep": 1}})
    wait_for("PROGRESS", result)
    (task,) = [task for task in inspected("active") if task["id"] == result.id]
    assert isinstance(task["worker_pid"], int) and isinstance(task["time_start"], float), task
    assert {name: task[name] for name in task if name not in ("worker_pid", "time_start")} == {
        "id": result.id,
        "name": "labtasks.work.tells_and_waits",
        "type": "labtasks.work.tells_and_waits",
        "args": ["PROGRESS"],
        "kwargs": {"meta": {"currentStep": 1}},
        "hostname": NODE,
        "acknowledged": False,
        "delivery_info": {"exchange": "", "routing_key": "celery", "priority": 0, "redelivered": False},
    }, task
    assert inspected("query_task", result.id, "nobody-knows-this") == {result.id: ["active", task]}
    result.revoke()
    is_revoked(result)
    assert result.id not in [task["id"] for task in inspected("active")]
    assert inspected("query_task", [result.id])[result.id][0] == "ready"


@scenario("inspect().revoked() lists the ids of revoked tasks, also of tasks that were never sent")
def revoked():
    task_id = str(uuid.uuid4())
    app.control.revoke(task_id)
    wait_for("REVOKED", app.AsyncResult(task_id))
    assert task_id in inspected("revoked")


@scenario("inspect().scheduled() and reserved() return lists")
def scheduled_and_reserved():
    assert isinstance(inspected("scheduled"), list)
    assert inspected("reserved") == []


@scenario("inspect().stats() returns the message counts of the queue and of its dead-letter queue")
def stats():
    stats = inspected("stats")
    (queue,) = stats["queues"]
    assert queue["name"] == "celery"
    assert {"ready", "in_flight", "delayed"} < set(queue)
    assert queue["dead_letters"]["name"] == "celery-dead-letters"
    assert stats["broker"]["transport"] == "sqs"
    assert stats["pool"] and stats["total"] == {}


@scenario("inspect().conf() returns settings under Celery's names, and with with_defaults also the defaults")
def conf():
    assert "task_default_queue" not in inspected("conf")
    conf = inspected("conf", with_defaults=True)
    assert conf["task_default_queue"] == "celery"
    assert conf["broker_url"].startswith("sqs://")


@scenario("inspect().active_queues() returns the queue, and report() names girder-worker")
def queues_and_report():
    (queue,) = inspected("active_queues")
    assert queue == Queue("celery", Exchange("celery", type="direct"), routing_key="celery").as_dict(recurse=True), queue
    assert "girder-worker" in inspected("report")["ok"]


@scenario("the reply to revoke has the text of Celery's reply")
def revoke_reply():
    task_id = str(uuid.uuid4())
    assert commanded("revoke", task_id=task_id) == [{NODE: {"ok": f"tasks {{'{task_id}'}} flagged as revoked"}}]
    assert commanded("revoke", task_id=task_id, terminate=True) == [{NODE: {"ok": "terminate: tasks unknown"}}]


@scenario("a command that is not supported is answered with an error that says what to do instead")
def refused():
    there = {"pool_grow": "maxConcurrency", "shutdown": "event source mapping", "add_consumer": "serverless.yml"}
    here = {"pool_grow": "--concurrency", "pool_restart": "start the worker again", "add_consumer": "--queues"}
    for command, words in {
        **(there if IS_FUNCTION else here),
        "rate_limit": "options of the task",
        "enable_events": "events",
        "frobnicate": "no command 'frobnicate'",
    }.items():
        (reply,) = commanded(command)
        assert words in reply[NODE]["error"], reply


def shut_down():
    """Not a scenario, because no scenario can run after it."""
    app.control.shutdown(destination=[NODE])
