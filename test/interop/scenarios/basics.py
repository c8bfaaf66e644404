"""Sending and reading"""

import datetime
import decimal
import math
import uuid

from celery.exceptions import NotRegistered
from lab import TIMEOUT, app, raised_by, scenario
from labtasks import (
    add,
    echo,
    exits,
    fibonacci,
    keywords,
    quiet,
    raises,
    raises_cause,
    raises_custom,
    request_dump,
    unserializable,
)


@scenario("AsyncResult.get() returns 121393 for fibonacci.delay(26)")
def fibonacci_by_delay():
    assert fibonacci.delay(26).get(timeout=TIMEOUT) == 121393


@scenario("keyword arguments are bound to the parameters with their names")
def fibonacci_by_kwargs():
    assert fibonacci.delay(n=26).get(timeout=TIMEOUT) == 121393
    assert add.apply_async(kwargs={"y": 1, "x": 2}).get(timeout=TIMEOUT) == 3


@scenario("send_task runs a task that the client knows only by its name")
def send_task_by_name():
    assert app.send_task("gwexample.analyses.tasks.fibonacci", args=(10,)).get(timeout=TIMEOUT) == 55


@scenario("get() raises the builtin exception of a failed task, with its arguments and a traceback")
def failure_builtin():
    result = raises.delay("boom")
    error = raised_by(result)
    assert type(error) is ValueError, type(error)
    assert error.args == ("boom", 42), error.args
    assert result.state == "FAILURE"
    assert result.traceback.startswith("Traceback (most recent call last):"), result.traceback
    last_line = result.traceback.splitlines()[-1]
    assert last_line.startswith("ValueError: ") and "boom" in last_line, last_line


@scenario("an error class that the plugin defines reaches the client with its name and message")
def failure_custom():
    error = raised_by(raises_custom.delay())
    assert type(error).__name__ == "LabError", type(error)
    assert error.args == ("custom",), error.args


@scenario("a traceback shows the cause of an exception before the exception itself")
def failure_cause():
    result = raises_cause.delay()
    assert isinstance(raised_by(result), RuntimeError)
    cause, outer = result.traceback.split("The above exception was the direct cause of the following exception:")
    assert "ZeroDivisionError: division by zero" in cause
    assert "RuntimeError: outer" in outer


@scenario("wrong arguments raise TypeError with Python's message")
def failure_arguments():
    # By name, because the client checks the arguments of the tasks that it knows.
    error = raised_by(app.send_task("labtasks.add", (1,)))
    assert type(error) is TypeError
    assert str(error) == "add() missing 1 required positional argument: 'y'", error
    error = raised_by(app.send_task("labtasks.add", (1, 2), {"z": 3}))
    assert str(error) == "add() got an unexpected keyword argument 'z'", error


@scenario("a task that no plugin registers raises NotRegistered with its name")
def unknown_task():
    error = raised_by(app.send_task("nobody.has.this", args=(1,)))
    assert isinstance(error, NotRegistered), type(error)
    assert error.args == ("nobody.has.this",), error.args


@scenario("a value that a task receives and returns is equal to the value that was sent")
def values():
    sent = [
        datetime.datetime(2024, 1, 2, 3, 4, 5, 678901),
        datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.timezone(datetime.timedelta(hours=5, minutes=30))),
        datetime.date(2024, 1, 2),
        datetime.time(3, 4, 5),
        decimal.Decimal("1.50"),
        uuid.UUID("12345678123456781234567812345678"),
        b"abc",
        b"\xff\x00",
        2**70,
        -(2**63),
        1.5,
        1e300,
        12345678901234567890.0,
        math.inf,
        "ünïcode ✓ 🎉",
        {"__proto__": 1, "constructor": [None, True]},
    ]
    got = echo.delay(*sent).get(timeout=TIMEOUT)
    assert got == sent, [(a, b) for a, b in zip(got, sent) if a != b]
    assert [type(value) for value in got[:10]] == [type(value) for value in sent[:10]]
    assert str(got[4]) == "1.50"
    assert math.isnan(echo.delay(math.nan).get(timeout=TIMEOUT)[0])


@scenario("a task with `{ ...kwargs }` receives keyword arguments of any name")
def any_keywords():
    sent = {"a": 1, "__proto__": 2, "constructor": 3, "ümlaut": [1, {"b": None}]}
    assert keywords.apply_async(kwargs=sent).get(timeout=TIMEOUT) == sent


@scenario("a return value that JSON cannot represent is a FAILURE with EncodeError")
def failure_unserializable():
    error = raised_by(unserializable.delay())
    assert type(error).__name__ == "EncodeError", type(error)
    assert "set" in str(error).lower(), error


@scenario("a task with ignore_result stays PENDING for its client")
def ignored():
    result = quiet.delay()
    assert fibonacci.delay(1).get(timeout=TIMEOUT) == 1
    assert result.state == "PENDING"
    assert result.result is None


@scenario("a task reads the headers that its sender has set")
def headers():
    result = request_dump.apply_async(headers={"x-tenant": "acme"})
    seen = result.get(timeout=TIMEOUT)
    assert seen["headers"] == {"x-tenant": "acme"}, seen
    assert seen["id"] == seen["rootId"] == seen["correlationId"] == result.id
    assert seen["deliveryInfo"] == {"exchange": "", "routingKey": "celery", "redelivered": False}


@scenario("a task that ends its own thread is a FAILURE with WorkerLostError, and the next task runs")
def exit():
    error = raised_by(exits.delay())
    assert type(error).__name__ == "WorkerLostError", type(error)
    assert add.delay(1, 2).get(timeout=TIMEOUT) == 3


@scenario("a message without the outer base64 encoding runs")
def plain_body():
    with app.connection_for_write() as connection:
        connection.transport_options = {**app.conf.broker_transport_options, "sqs_base64_encoding": False}
        assert add.apply_async((20, 3), connection=connection).get(timeout=TIMEOUT) == 23
