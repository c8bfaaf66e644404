"""Retrying"""

import time

from celery import chain, chord
from celery.exceptions import MaxRetriesExceededError
from lab import app, document_of, gives, new_id, raised_by, scenario, value, wait_for
from labtasks import (
    add,
    never_succeeds,
    retried,
    retried_at,
    retried_by_itself,
    retried_without_reason,
    xsum,
)


@scenario("a task that retries is run again until it returns")
def until_success():
    result = retried.delay(2)
    gives(result, 2)
    assert result.state == "SUCCESS"


@scenario("while a task waits for its retry its state is RETRY, with the reason and the traceback")
def state():
    result = retried.delay(1, countdown=2)
    wait_for("RETRY", result)
    assert isinstance(result.result, ValueError), repr(result.result)
    assert result.result.args == ("again", 0), result.result.args
    assert "ValueError" in result.traceback, result.traceback
    assert document_of(result)["date_done"] is None
    gives(result, 1)


@scenario("retry(countdown) is waited for")
def countdown():
    sent = time.time()
    value(retried.delay(1, countdown=1))
    assert time.time() >= sent + 1


@scenario("retry(eta) is waited for, and the retried task sees its eta")
def eta():
    sent = time.time()
    assert value(retried_at.delay(1)) is not None
    assert time.time() >= sent + 1


@scenario("when no retries are left, the reason that was given is the failure")
def exhausted():
    result = retried.delay(9, max_retries=2)
    error = raised_by(result)
    assert type(error) is ValueError, repr(error)
    assert error.args == ("again", 2), error.args
    assert result.state == "FAILURE"


@scenario("when no retries are left and no reason was given, MaxRetriesExceededError is the failure")
def exhausted_without_reason():
    result = retried_without_reason.delay()
    error = raised_by(result)
    assert isinstance(error, MaxRetriesExceededError), repr(error)
    assert error.args[0].startswith(f"Can't retry labtasks.work.retried_without_reason[{result.id}] args:"), error.args


@scenario("autoretry_for retries by itself, after the time that retry_backoff says")
def autoretry():
    sent = time.time()
    gives(retried_by_itself.delay(1), 1)
    assert time.time() >= sent + 1


@scenario("an error that autoretry_for has retried to the end is the failure")
def autoretry_exhausted():
    error = raised_by(never_succeeds.delay())
    assert type(error) is ValueError, repr(error)
    assert error.args == ("for good",), error.args


@scenario("the callbacks of a task that is retried are called once it has returned")
def link():
    callback = new_id()
    result = retried.apply_async((1,), link=add.s(10).set(task_id=callback))
    gives(app.AsyncResult(callback), 11)
    assert result.state == "SUCCESS"


@scenario("a chain goes on after a step that was retried")
def in_chain():
    gives(chain(retried.s(1), add.s(10)).apply_async(), 11)


@scenario("a chord waits for members that are retried, and counts each of them once")
def in_chord():
    gives(chord([retried.s(2), retried.s(0), retried.s(1)])(xsum.s()), 3)
