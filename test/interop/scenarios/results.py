"""Results"""

import datetime

from lab import QUEUES, app, client, document_of, gives, item_of, new_id, raised_by, scenario, value, wait_for
from labtasks import (
    add,
    echo,
    fibonacci,
    keywords,
    pauses,
    raises,
    raises_native,
    raises_unserializable,
    request_dump,
    says,
    sized,
)


@scenario("a stored success has the fields of Celery, and no traceback")
def success():
    result = add.delay(1, 2)
    value(result)
    stored = document_of(result)
    assert stored["status"] == "SUCCESS" and stored["result"] == 3 and stored["task_id"] == result.id
    assert stored["traceback"] is None and stored["children"] == []
    assert result.date_done.tzinfo is not None
    assert abs(result.date_done - datetime.datetime.now(datetime.timezone.utc)) < datetime.timedelta(minutes=1)


@scenario("None and texts of any script are results")
def texts():
    gives(says.delay("日本語 \u0000 \U0001f389 \ud83d"), "日本語 \u0000 \U0001f389 \ud83d")
    assert value(pauses.delay(0)) is None


@scenario("state, ready, successful and failed agree with what has happened")
def predicates():
    good, bad = add.delay(1, 2), raises.delay()
    value(good), raised_by(bad)
    assert good.ready() and good.successful() and not good.failed()
    assert bad.ready() and bad.failed() and not bad.successful()
    assert (good.state, bad.state) == ("SUCCESS", "FAILURE")


@scenario("get(propagate=False) gives the exception instead of raising it")
def not_propagated():
    error = raises.delay("kept").get(timeout=30, propagate=False)
    assert type(error) is ValueError and error.args == ("kept", 42), repr(error)


@scenario("a stored failure names its class, module and arguments")
def failure():
    result = raises.delay("boom")
    raised_by(result)
    assert document_of(result)["result"] == {
        "exc_type": "ValueError",
        "exc_message": ["boom", 42],
        "exc_module": "builtins",
    }


@scenario("JavaScript's own errors are the exceptions that Python has for them")
def native_errors():
    expected = {
        "RangeError": ValueError,
        "ReferenceError": NameError,
        "TypeError": TypeError,
        "SyntaxError": SyntaxError,
    }
    got = {name: type(raised_by(raises_native.delay(name))) for name in expected}
    assert got == expected, got


@scenario("arguments of an exception that JSON cannot say are stored as their text")
def unserializable_exception():
    error = raised_by(raises_unserializable.delay())
    assert type(error) is ValueError, repr(error)
    assert isinstance(error.args[0], str), error.args


@scenario("a task that runs is STARTED, and tells by whom it is run")
def started():
    result = pauses.delay(1.5)
    wait_for("STARTED", result)
    assert set(result.info) == {"pid", "hostname"}, result.info
    assert value(result) is None


@scenario("with result_extended, the result tells what was called, with what, and by whom")
def extended():
    result = keywords.apply_async(kwargs={"a": 1})
    value(result)
    assert result.name == "labtasks.keywords"
    assert result.args == []
    assert result.kwargs == {"a": 1}
    assert result.retries == 0
    assert result.queue == "celery"
    assert isinstance(result.worker, str)


@scenario("with result_extended, a failure tells the same")
def extended_failure():
    result = raises.delay("x")
    raised_by(result)
    assert (result.name, result.args, result.kwargs) == ("labtasks.raises", ["x"], {})


@scenario("a result of 300 KB is read")
def large():
    assert len(value(sized.delay(300_000))) == 300_000


@scenario("a result over DynamoDB's 400 KB that does not become small enough is a FAILURE that says so")
def too_large():
    result = sized.delay(900_000)
    error = raised_by(result)
    assert result.state == "FAILURE"
    assert any(word in str(error) for word in ("size", "bytes")), repr(error)


@scenario("a forgotten result is PENDING again")
def forget():
    result = add.delay(1, 2)
    value(result)
    result.forget()
    assert app.AsyncResult(result.id).state == "PENDING"


@scenario("an item has a time to live, so that DynamoDB removes it")
def time_to_live():
    result = add.delay(1, 2)
    value(result)
    item = item_of(f"celery-task-meta-{result.id}")
    assert int(item["ttl"]["N"]) > float(item["timestamp"]["N"]) + 24 * 3600, item


@scenario("a client with result_compression reads results")
def result_compression():
    compressing = client(result_compression="gzip")
    assert value(compressing.send_task("labtasks.sized", (200_000,)))[:3] == sized(3)


@scenario("keys have the global_keyprefix that client and worker agree on")
def global_keyprefix():
    prefixed = client(result_backend_transport_options={"global_keyprefix": "myapp"})
    result = prefixed.send_task("labtasks.add", (1, 2), queue=QUEUES["keyprefix"])
    gives(result, 3)
    assert item_of(f"myapp_celery-task-meta-{result.id}")


@scenario("the results of many tasks are read, in the order in which they are asked for")
def many():
    results = [fibonacci.delay(n) for n in range(1, 21)]
    assert [value(result) for result in results][-3:] == [2584, 4181, 6765]


@scenario("a value that looks like a stored exception is a value")
def looks_like_exception():
    sent = {"exc_type": "KeyError", "exc_message": ["x"], "exc_module": "builtins"}
    gives(echo.delay(sent), [sent])


@scenario("a result is found by a client that did not send the task")
def other_client():
    sent = new_id()
    request_dump.apply_async(task_id=sent)
    other = client()
    assert value(other.AsyncResult(sent))["id"] == sent
