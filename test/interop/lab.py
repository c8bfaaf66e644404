"""An unmodified Celery client on the emulators, and names for the tasks that the TypeScript worker has."""

import os
import time

from celery import Celery

app = Celery(
    "lab",
    broker=f"sqs://test:test@localhost:{os.environ['SQS_PORT']}//",
    backend=f"dynamodb://test:test@localhost:{os.environ['DYNAMODB_PORT']}/celery",
)
app.conf.update(
    broker_transport_options={"region": "us-east-1", "is_secure": False},
    broker_connection_retry_on_startup=True,
)

TIMEOUT = 30


def scenario(sentence):
    """Marks a function as a scenario; the sentence is what it proves."""

    def mark(function):
        function.sentence = sentence
        return function

    return mark


def _elsewhere(name):
    @app.task(name=name)
    def stub(*args, **kwargs):
        raise AssertionError(f"{name} ran in the client")

    return stub


fibonacci = _elsewhere("gwexample.analyses.tasks.fibonacci")
cancelable = _elsewhere("gwexample.analyses.tasks.cancelable")
add = _elsewhere("labtasks.add")
echo = _elsewhere("labtasks.echo")
keywords = _elsewhere("labtasks.keywords")
raises = _elsewhere("labtasks.raises")
raises_custom = _elsewhere("labtasks.raises_custom")
raises_cause = _elsewhere("labtasks.raises_cause")
unserializable = _elsewhere("labtasks.unserializable")
quiet = _elsewhere("labtasks.quiet")
request_dump = _elsewhere("labtasks.request_dump")
waits = _elsewhere("labtasks.waits")
exits = _elsewhere("labtasks.exits")


def wait_for(state, result, timeout=TIMEOUT):
    """Until the task has this state; Celery itself only waits for the end."""
    deadline = time.monotonic() + timeout
    while result.state != state:
        assert time.monotonic() < deadline, f"state is {result.state}, not {state}, after {timeout} s"
        time.sleep(0.02)


def raised_by(result):
    """What get() raises."""
    try:
        value = result.get(timeout=TIMEOUT)
    except Exception as error:
        return error
    raise AssertionError(f"get() raised nothing and gave {value!r}")
