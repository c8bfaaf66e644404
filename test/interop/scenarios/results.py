"""Results"""

import datetime
import time

from lab import QUEUES, app, client, document_of, item_of, new_id, raised_by, returns, scenario, value, wait_for, wait_for_start
from labtasks import (
    add,
    echo,
    fibonacci,
    keywords,
    pauses,
    raises,
    raises_native,
    raises_unserializable,
    reads,
    request_dump,
    says,
    sized,
    sleeps,
)


@scenario("a stored success has Celery's fields and no traceback")
def success():
    result = add.delay(1, 2)
    value(result)
    stored = document_of(result)
    assert stored["status"] == "SUCCESS" and stored["result"] == 3 and stored["task_id"] == result.id
    assert stored["traceback"] is None and stored["children"] == []
    assert result.date_done.tzinfo is not None
    assert abs(result.date_done - datetime.datetime.now(datetime.timezone.utc)) < datetime.timedelta(minutes=1)


@scenario("a task can return None and text in any script")
def texts():
    returns(says.delay("日本語 \u0000 \U0001f389 \ud83d"), "日本語 \u0000 \U0001f389 \ud83d")
    assert value(pauses.delay(0)) is None


@scenario("state, ready(), successful() and failed() report success and failure")
def predicates():
    good, bad = add.delay(1, 2), raises.delay()
    value(good), raised_by(bad)
    assert good.ready() and good.successful() and not good.failed()
    assert bad.ready() and bad.failed() and not bad.successful()
    assert (good.state, bad.state) == ("SUCCESS", "FAILURE")


@scenario("get(propagate=False) returns the exception instead of raising it")
def not_propagated():
    error = raises.delay("kept").get(timeout=30, propagate=False)
    assert type(error) is ValueError and error.args == ("kept", 42), repr(error)


@scenario("a stored failure contains the exception's class, module and arguments")
def failure():
    result = raises.delay("boom")
    raised_by(result)
    assert document_of(result)["result"] == {
        "exc_type": "ValueError",
        "exc_message": ["boom", 42],
        "exc_module": "builtins",
    }


@scenario("JavaScript's builtin errors are raised as the corresponding Python exceptions")
def native_errors():
    expected = {
        "RangeError": ValueError,
        "ReferenceError": NameError,
        "TypeError": TypeError,
        "SyntaxError": SyntaxError,
    }
    got = {name: type(raised_by(raises_native.delay(name))) for name in expected}
    assert got == expected, got


@scenario("an error of Node's file system is caught with `except FileNotFoundError`, and its text names the file")
def file_not_found():
    try:
        value(reads.delay("/no/such/file"))
    except FileNotFoundError as error:
        assert "/no/such/file" in str(error), error
    else:
        raise AssertionError("get() raised nothing")


@scenario("exception arguments that JSON cannot represent are stored as text")
def unserializable_exception():
    error = raised_by(raises_unserializable.delay())
    assert type(error) is ValueError, repr(error)
    assert isinstance(error.args[0], str), error.args


@scenario("a running task is PENDING, so that a program that polls for another state waits for its end")
def pending_while_running():
    result = sleeps.delay(0.5)
    wait_for_start(result)
    assert document_of(result)["status"] == "PENDING"
    while result.state == "PENDING":
        time.sleep(0.02)
    assert result.state == "SUCCESS"


@scenario("a running task with track_started is STARTED, with the pid and the hostname of its worker")
def started():
    result = pauses.delay(1.5)
    wait_for("STARTED", result)
    assert set(result.info) == {"pid", "hostname"}, result.info
    assert value(result) is None


@scenario("with result_extended, a result contains name, arguments, worker, retries and queue of its task")
def extended():
    result = keywords.apply_async(kwargs={"a": 1})
    value(result)
    assert result.name == "labtasks.keywords"
    assert result.args == []
    assert result.kwargs == {"a": 1}
    assert result.retries == 0
    assert result.queue == "celery"
    assert isinstance(result.worker, str)


@scenario("with result_extended, a failure contains name and arguments of its task")
def extended_failure():
    result = raises.delay("x")
    raised_by(result)
    assert (result.name, result.args, result.kwargs) == ("labtasks.raises", ["x"], {})


@scenario("the client reads a result of 300 KB")
def large():
    assert len(value(sized.delay(300_000))) == 300_000


@scenario("a result that exceeds DynamoDB's 400 KB even when it is compressed is a FAILURE that says so")
def too_large():
    result = sized.delay(900_000)
    error = raised_by(result)
    assert result.state == "FAILURE"
    assert any(word in str(error) for word in ("size", "bytes")), repr(error)


@scenario("a task is PENDING after forget()")
def forget():
    result = add.delay(1, 2)
    value(result)
    result.forget()
    assert app.AsyncResult(result.id).state == "PENDING"


@scenario("a result item has a time to live, after which DynamoDB deletes it")
def time_to_live():
    result = add.delay(1, 2)
    value(result)
    item = item_of(f"celery-task-meta-{result.id}")
    assert int(item["ttl"]["N"]) > float(item["timestamp"]["N"]) + 24 * 3600, item


@scenario("a client with result_compression reads results")
def result_compression():
    compressing = client(result_compression="gzip")
    assert value(compressing.send_task("labtasks.sized", (200_000,)))[:3] == sized(3)


@scenario("item keys have the global_keyprefix that client and worker are configured with")
def global_keyprefix():
    prefixed = client(result_backend_transport_options={"global_keyprefix": "myapp"})
    result = prefixed.send_task("labtasks.add", (1, 2), queue=QUEUES["keyprefix"])
    returns(result, 3)
    assert item_of(f"myapp_celery-task-meta-{result.id}")


@scenario("a client with ttl_seconds in its result_backend reads results, and can enable the time to live of a table of its own")
def ttl_seconds():
    url = app.conf.result_backend
    expiring = client(result_backend=f"{url}?ttl_seconds=600")
    result = expiring.send_task("labtasks.add", (1, 2))
    returns(result, 3)
    assert int(item_of(f"celery-task-meta-{result.id}")["ttl"]["N"]) > time.time()

    table = f"own-{new_id()}"
    own = client(result_backend=url.replace("/celery", f"/{table}?ttl_seconds=600")).backend
    own.store_result("id", 3, "SUCCESS")
    described = own.client.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert described == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}, described


@scenario("the client reads the results of 20 tasks in the order of its calls of get()")
def many():
    results = [fibonacci.delay(n) for n in range(1, 21)]
    assert [value(result) for result in results][-3:] == [2584, 4181, 6765]


@scenario("a return value with the keys of a stored exception is returned, not raised")
def looks_like_exception():
    sent = {"exc_type": "KeyError", "exc_message": ["x"], "exc_module": "builtins"}
    returns(echo.delay(sent), [sent])


@scenario("a client that did not send a task reads its result")
def other_client():
    sent = new_id()
    request_dump.apply_async(task_id=sent)
    other = client()
    assert value(other.AsyncResult(sent))["id"] == sent
