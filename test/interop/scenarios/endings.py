"""Reject, Ignore, custom states, replacement"""

import time

from celery import chain, chord
from lab import QUEUES, document_of, new_id, raised_by, returns, scenario, value, wait_for
from labtasks import (
    add,
    ignores,
    rejects,
    rejects_until,
    replaced,
    replaced_by_chain,
    replaced_by_chord,
    replaced_by_group,
    tells_and_ignores,
    tells_and_returns,
    xsum,
)


@scenario("Reject(requeue=False) is a FAILURE with Reject")
def reject():
    result = rejects.delay()
    error = raised_by(result)
    assert type(error).__name__ == "Reject", repr(error)
    assert document_of(result)["result"] == {
        "exc_type": "Reject",
        "exc_message": ["not mine", False],
        "exc_module": "celery.exceptions",
    }


@scenario("Reject(requeue=True) returns the message to the queue, and the task runs again")
def requeue():
    returns(rejects_until.delay(time.time() + 0.5), "late enough")


@scenario("a task that raises Ignore stays PENDING for its client")
def ignore():
    in_order = {"queue": QUEUES["fifo"], "MessageGroupId": new_id()}
    result = ignores.apply_async(**in_order)
    value(add.apply_async((1, 1), **in_order))
    assert result.state == "PENDING"
    assert result.result is None


@scenario("a custom state and its meta stay stored if the task then raises Ignore")
def custom_state():
    result = tells_and_ignores.delay("PROGRESS", {"current": 3, "total": 10})
    wait_for("PROGRESS", result)
    assert result.info == {"current": 3, "total": 10}
    assert not result.ready()
    assert document_of(result)["date_done"] is None


@scenario("the result of a task replaces its custom state")
def custom_state_then_success():
    result = tells_and_returns.delay("BUSY", [1, 2])
    returns(result, [1, 2])
    assert result.state == "SUCCESS"


@scenario("a replaced task has the result of its replacement, under its own id")
def replace():
    result = replaced.delay(40, 2)
    returns(result, 42)
    assert document_of(result)["task_id"] == result.id


@scenario("a task can be replaced by a chain")
def replace_by_chain():
    returns(replaced_by_chain.delay(1, 2), 30)


@scenario("a task that is replaced by a group has the list of the group's results")
def replace_by_group():
    assert sorted(value(replaced_by_group.delay(3))) == [0, 2, 4]


@scenario("a task can be replaced by a chord")
def replace_by_chord():
    returns(replaced_by_chord.delay(3), 6)


@scenario("a chain continues with the result of a step's replacement")
def replace_in_chain():
    returns(chain(replaced.s(1, 2), add.s(10)).apply_async(), 13)
    returns(chain(replaced_by_chain.s(1, 2), add.s(10)).apply_async(), 40)


@scenario("a chord continues with the result of a member's replacement")
def replace_in_chord():
    returns(chord([replaced.s(1, 2), add.s(1, 1)])(xsum.s()), 5)
