"""Revocation"""

from celery.exceptions import TaskRevokedError
from lab import TIMEOUT, app, new_id, raised_by, scenario, wait_for_start
from labtasks import add, cancelable, fibonacci, waits


@scenario("mark_as_revoked sets `this.canceled` in a task that computes without a pause")
def revoke_computing():
    result = cancelable.delay(60_000)
    wait_for_start(result)
    app.backend.mark_as_revoked(result.id, "revoked")
    error = raised_by(result)
    assert isinstance(error, TaskRevokedError), error
    assert result.state == "REVOKED"
    # The thread is free again: otherwise some of these tasks would wait for a minute.
    for pending in [fibonacci.delay(5) for _ in range(12)]:
        assert pending.get(timeout=TIMEOUT) == 5
    assert result.state == "REVOKED", "the return value of the task has overwritten the revocation"


@scenario("mark_as_revoked aborts `this.signal` in a task that waits")
def revoke_waiting():
    result = waits.delay()
    wait_for_start(result)
    app.backend.mark_as_revoked(result.id)
    assert isinstance(raised_by(result), TaskRevokedError)


@scenario("a task that was revoked before it was sent does not run")
def revoke_before():
    early = new_id()
    app.backend.mark_as_revoked(early, "revoked")
    result = add.apply_async((1, 2), task_id=early)
    assert add.delay(1, 1).get(timeout=TIMEOUT) == 2
    assert result.state == "REVOKED"
    assert isinstance(raised_by(result), TaskRevokedError)
