"""Countdown, eta, expires"""

import datetime
import time

from celery.exceptions import TaskRevokedError
from lab import app, client, item_of, raised_by, returns, scenario, value
from labtasks import add, now, request_dump

UTC = datetime.timezone.utc


def soon(seconds=1):
    return datetime.datetime.now(UTC) + datetime.timedelta(seconds=seconds)


@scenario("a task with a countdown runs after the countdown")
def countdown():
    sent = time.time()
    assert value(now.apply_async(countdown=1)) >= sent + 1


@scenario("a task with an eta in another time zone runs after the eta")
def eta_offset():
    eta = soon().astimezone(datetime.timezone(datetime.timedelta(hours=5, minutes=30)))
    assert value(now.apply_async(eta=eta)) >= eta.timestamp()


@scenario("an eta without a time zone is in UTC")
def eta_naive():
    eta = soon()
    assert value(now.apply_async(eta=eta.replace(tzinfo=None))) >= eta.timestamp()


@scenario("the countdown of a client with enable_utc=False is measured correctly")
def eta_local():
    local = client(enable_utc=False, timezone="Asia/Kolkata")
    sent = time.time()
    ran = value(local.send_task("labtasks.now", countdown=1))
    assert sent + 1 <= ran < sent + 20


@scenario("a task whose eta has passed runs at once")
def eta_past():
    returns(add.apply_async((1, 2), eta=soon(-3600)), 3)


@scenario("a task reads eta and expires as the sender wrote them")
def seen():
    eta, expires = soon(-10), soon(600)
    got = value(request_dump.apply_async(eta=eta, expires=expires))
    assert datetime.datetime.fromisoformat(got["eta"]) == eta, got
    assert datetime.datetime.fromisoformat(got["expires"]) == expires, got


@scenario("a task whose eta is two hours away does not run, and can be revoked")
def eta_far():
    result = now.apply_async(countdown=7200)
    value(add.delay(1, 1))
    assert result.state == "PENDING"
    app.backend.mark_as_revoked(result.id, "revoked")
    assert isinstance(raised_by(result), TaskRevokedError)


@scenario("a task that expired before it was delivered is REVOKED")
def expired():
    result = add.apply_async((1, 2), expires=soon(-10))
    error = raised_by(result)
    assert isinstance(error, TaskRevokedError), repr(error)
    assert error.args == ("expired",), error.args
    assert result.state == "REVOKED"
    assert item_of(f"celery-task-meta-{result.id}")


@scenario("a task that expires while it waits for its eta is REVOKED")
def expired_waiting():
    assert isinstance(raised_by(now.apply_async(countdown=2, expires=1)), TaskRevokedError)


@scenario("a task that has not expired runs")
def not_expired():
    returns(add.apply_async((1, 2), expires=600), 3)
    returns(add.apply_async((1, 2), expires=datetime.datetime.now() + datetime.timedelta(days=2)), 3)


@scenario("a step of a chain with a countdown runs after the countdown")
def countdown_in_chain():
    sent = time.time()
    assert value((add.si(1, 2) | now.si().set(countdown=1)).apply_async()) >= sent + 1
