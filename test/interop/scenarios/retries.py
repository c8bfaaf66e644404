"""Retries"""

import time

from celery import chain, chord
from celery.exceptions import MaxRetriesExceededError
from lab import app, document_of, new_id, raised_by, returns, scenario, value, wait_for
from labtasks import (
    add,
    echo,
    never_succeeds,
    requeues_once,
    retried,
    retried_at,
    retried_by_itself,
    retried_with_args,
    retried_with_kwargs,
    retried_without_reason,
    xsum,
)


@scenario("a task that retries runs again until it returns")
def until_success():
    result = retried.delay(2)
    returns(result, 2)
    assert result.state == "SUCCESS"


@scenario("a task that waits for its retry has the state RETRY, with the exception and the traceback")
def state():
    result = retried.delay(1, countdown=2)
    wait_for("RETRY", result)
    assert isinstance(result.result, ValueError), repr(result.result)
    assert result.result.args == ("again", 0), result.result.args
    assert "ValueError" in result.traceback, result.traceback
    assert document_of(result)["date_done"] is None
    returns(result, 1)


@scenario("a retry with other arguments runs with them, and keeps those that it does not set")
def other_arguments():
    by_name = {"foo": 1, "bar": 2, "label": "kept"}
    returns(retried_with_args.apply_async(kwargs=by_name), [2, 3, "kept"])
    returns(retried_with_kwargs.delay(1, 2), [2, 2, None])


@scenario("a retry with other arguments keeps its place in a chain and a chord")
def other_arguments_in_canvas():
    returns(chain(retried_with_args.s(1, 2, label="kept"), echo.s()).apply_async(), [[2, 3, "kept"]])
    returns(chord([retried_with_kwargs.s(1, 2), add.s(1, 1)])(echo.s()), [[[2, 2, None], 2]])


@scenario("a task that returns its message to the queue reads `redelivered` in its next run")
def redelivered():
    returns(requeues_once.delay(), True)


@scenario("a retry with a countdown runs after the countdown")
def countdown():
    sent = time.time()
    value(retried.delay(1, countdown=1))
    assert time.time() >= sent + 1


@scenario("a retry with an eta runs after the eta, which the task reads")
def eta():
    sent = time.time()
    assert value(retried_at.delay(1)) is not None
    assert time.time() >= sent + 1


@scenario("if no retry is left, the task fails with the exception that it passed to retry()")
def exhausted():
    result = retried.delay(9, max_retries=2)
    error = raised_by(result)
    assert type(error) is ValueError, repr(error)
    assert error.args == ("again", 2), error.args
    assert result.state == "FAILURE"


@scenario("if no retry is left and no exception was passed to retry(), the task fails with MaxRetriesExceededError")
def exhausted_without_reason():
    result = retried_without_reason.delay()
    error = raised_by(result)
    assert isinstance(error, MaxRetriesExceededError), repr(error)
    assert error.args[0].startswith(f"Can't retry labtasks.work.retried_without_reason[{result.id}] args:"), error.args


@scenario("autoretry_for retries a task after the delay that retry_backoff sets")
def autoretry():
    sent = time.time()
    returns(retried_by_itself.delay(1), 1)
    assert time.time() >= sent + 1


@scenario("if autoretry_for has no retry left, the task fails with its exception")
def autoretry_exhausted():
    error = raised_by(never_succeeds.delay())
    assert type(error) is ValueError, repr(error)
    assert error.args == ("for good",), error.args


@scenario("the callbacks of a retried task are called after it has returned")
def link():
    callback = new_id()
    result = retried.apply_async((1,), link=add.s(10).set(task_id=callback))
    returns(app.AsyncResult(callback), 11)
    assert result.state == "SUCCESS"


@scenario("a chain continues after a step that was retried")
def in_chain():
    returns(chain(retried.s(1), add.s(10)).apply_async(), 11)


@scenario("a chord waits for its retried members, and counts each member once")
def in_chord():
    returns(chord([retried.s(2), retried.s(0), retried.s(1)])(xsum.s()), 3)
