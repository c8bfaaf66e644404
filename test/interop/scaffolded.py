"""Calls the tasks of a new plugin, my-plugin, as its README describes."""

from celery.exceptions import TaskRevokedError
from lab import client, raised_by, value, wait_for_start

app = client(broker_transport_options={"supports_fanout": True, "wait_time_seconds": 1})


def add():
    """Returns the result of the simple task."""
    return value(app.send_task("my_plugin.tasks.add", args=(1, 2)))


def count():
    """Returns the result of the cancelable task, which gets one argument by its name."""
    return value(app.send_task("my_plugin.tasks.count", args=(3,), kwargs={"stepMs": 1}))


def revoke():
    """Revokes the cancelable task while it runs. Returns its state."""
    result = app.send_task("my_plugin.tasks.count", args=(36_000,))
    wait_for_start(result)
    result.revoke()
    error = raised_by(result)
    assert isinstance(error, TaskRevokedError), repr(error)
    return result.state
