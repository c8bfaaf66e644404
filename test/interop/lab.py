"""An unmodified Celery client that uses the emulators, and helpers that the scenarios share.

Environment variables: SQS_PORT and DYNAMODB_PORT, the ports of the emulators; LAB_TIMEOUT, the seconds to wait for an
expected result.
"""

import json
import os
import time
import uuid

from celery import Celery

TIMEOUT = float(os.environ.get("LAB_TIMEOUT", "30"))
# Celery polls for a result every 0.5 seconds. This is the only default of the client that differs here: it saves time.
INTERVAL = 0.02

# The SQS names of the queues besides `celery`. `prefix` is the client's queue_name_prefix of the queues `celery`
# and `jobs`.
QUEUES = {
    "second": "lab-second",
    "fifo": "lab.fifo",
    "prefix": "lab-prefix-",
    "predefined": "lab-predefined",
    "keyprefix": "lab-keyprefix",
}


def client(**settings):
    """Returns a Celery application with these settings and those of the emulators."""
    made = Celery(
        "lab",
        broker=f"sqs://test:test@localhost:{os.environ['SQS_PORT']}//",
        backend=f"dynamodb://test:test@localhost:{os.environ['DYNAMODB_PORT']}/celery",
        set_as_current=False,
    )
    transport = {"region": "us-east-1", "is_secure": False, **settings.pop("broker_transport_options", {})}
    made.conf.update(broker_transport_options=transport, broker_connection_retry_on_startup=True, **settings)
    return made


app = client()
app.set_default()
app.set_current()


def scenario(sentence):
    """Marks a function as a scenario. It asserts what the sentence says."""

    def mark(function):
        function.sentence = sentence
        return function

    return mark


def new_id():
    return str(uuid.uuid4())


def value(result):
    """Returns the task's return value, or raises its exception."""
    return result.get(timeout=TIMEOUT, interval=INTERVAL)


def returns(result, expected):
    """Asserts that the task returns this value."""
    got = value(result)
    assert got == expected, f"{got!r} is not {expected!r}"


def raised_by(result):
    """Returns the exception that get() raises."""
    try:
        got = value(result)
    except Exception as error:
        return error
    raise AssertionError(f"get() raised nothing and returned {got!r}")


def wait_for(state, result, timeout=TIMEOUT):
    """Waits until the task has this state. Celery's client can only wait for the end of a task."""
    until(lambda: result.state == state, lambda: f"state is {result.state}, not {state}", timeout)


def wait_for_start(result, timeout=TIMEOUT):
    """Waits until our worker has claimed the task: its state is PENDING while it runs, unless it has track_started."""
    key = f"celery-task-meta-{result.id}"
    until(lambda: "own" in (item_of(key) or {}), lambda: f"not claimed, state is {result.state}", timeout)


def until(holds, complaint, timeout=TIMEOUT):
    """Waits until a condition holds. Fails with the complaint after the timeout, in seconds."""
    deadline = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < deadline, f"{complaint()}, after {timeout} s"
        time.sleep(INTERVAL)


def item_of(key):
    """Returns the stored item with this key, or None. The key is given without its `b''`."""
    found = app.backend.client.get_item(TableName="celery", Key={"id": {"S": f"b'{key}'"}}, ConsistentRead=True)
    return found.get("Item")


def document_of(result):
    """Returns the stored result of a task as a dict."""
    return json.loads(item_of(f"celery-task-meta-{result.id}")["result"]["B"])
