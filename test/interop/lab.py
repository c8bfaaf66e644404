"""An unmodified Celery client on the emulators, and what the scenarios share.

The environment says where the emulators are: SQS_PORT and DYNAMODB_PORT; and LAB_TIMEOUT, how many seconds to wait for
what ought to happen.
"""

import json
import os
import time
import uuid

from celery import Celery

TIMEOUT = float(os.environ.get("LAB_TIMEOUT", "30"))
# Celery looks for a result every half second; that is what is left away from the client's defaults, to save time.
INTERVAL = 0.02

# Beside `celery`; `prefix` is what the client puts before that.
QUEUES = {
    "second": "lab-second",
    "fifo": "lab.fifo",
    "prefix": "lab-prefix-",
    "keyprefix": "lab-keyprefix",
}


def client(**settings):
    """A Celery application with these settings beside those that name the emulators."""
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
    """Marks a function as a scenario; the sentence is what it proves."""

    def mark(function):
        function.sentence = sentence
        return function

    return mark


def new_id():
    return str(uuid.uuid4())


def value(result):
    """What the task returned; raises what it raised."""
    return result.get(timeout=TIMEOUT, interval=INTERVAL)


def gives(result, expected):
    got = value(result)
    assert got == expected, f"{got!r} is not {expected!r}"


def raised_by(result):
    """What get() raises."""
    try:
        got = value(result)
    except Exception as error:
        return error
    raise AssertionError(f"get() raised nothing and gave {got!r}")


def wait_for(state, result, timeout=TIMEOUT):
    """Until the task has this state; Celery itself only waits for the end."""
    until(lambda: result.state == state, lambda: f"state is {result.state}, not {state}", timeout)


def until(holds, complaint, timeout=TIMEOUT):
    """Until a condition holds; fails with the complaint after the timeout."""
    deadline = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < deadline, f"{complaint()}, after {timeout} s"
        time.sleep(INTERVAL)


def item_of(key):
    """The item of this key as it lies in the table, or None; the key is without its `b''`."""
    found = app.backend.client.get_item(TableName="celery", Key={"id": {"S": f"b'{key}'"}}, ConsistentRead=True)
    return found.get("Item")


def document_of(result):
    """The stored result of a task as the JSON object that it is."""
    return json.loads(item_of(f"celery-task-meta-{result.id}")["result"]["B"])
