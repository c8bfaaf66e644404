"""Other ways to end"""

import time

from celery import chain, chord
from lab import QUEUES, document_of, gives, new_id, raised_by, scenario, value, wait_for
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


@scenario("Reject(requeue=False) is a FAILURE of that name")
def reject():
    result = rejects.delay()
    error = raised_by(result)
    assert type(error).__name__ == "Reject", repr(error)
    assert document_of(result)["result"] == {
        "exc_type": "Reject",
        "exc_message": ["not mine", False],
        "exc_module": "celery.exceptions",
    }


@scenario("Reject(requeue=True) puts the message back, to be run again")
def requeue():
    gives(rejects_until.delay(time.time() + 0.5), "late enough")


@scenario("a task that raises Ignore leaves nothing behind")
def ignore():
    in_order = {"queue": QUEUES["fifo"], "MessageGroupId": new_id()}
    result = ignores.apply_async(**in_order)
    value(add.apply_async((1, 1), **in_order))
    assert result.state == "PENDING"
    assert result.result is None


@scenario("a custom state and what it tells stay when the task then raises Ignore")
def custom_state():
    result = tells_and_ignores.delay("PROGRESS", {"current": 3, "total": 10})
    wait_for("PROGRESS", result)
    assert result.info == {"current": 3, "total": 10}
    assert not result.ready()
    assert document_of(result)["date_done"] is None


@scenario("a custom state is followed by what the task returns")
def custom_state_then_success():
    result = tells_and_returns.delay("BUSY", [1, 2])
    gives(result, [1, 2])
    assert result.state == "SUCCESS"


@scenario("a task that leaves its place to another gives the other's result, under its own id")
def replace():
    result = replaced.delay(40, 2)
    gives(result, 42)
    assert document_of(result)["task_id"] == result.id


@scenario("a task can leave its place to a chain")
def replace_by_chain():
    gives(replaced_by_chain.delay(1, 2), 30)


@scenario("a task can leave its place to a group, whose results it then gives")
def replace_by_group():
    assert sorted(value(replaced_by_group.delay(3))) == [0, 2, 4]


@scenario("a task can leave its place to a chord")
def replace_by_chord():
    gives(replaced_by_chord.delay(3), 6)


@scenario("a chain goes on with the result of what took a step's place")
def replace_in_chain():
    gives(chain(replaced.s(1, 2), add.s(10)).apply_async(), 13)
    gives(chain(replaced_by_chain.s(1, 2), add.s(10)).apply_async(), 40)


@scenario("a chord counts what took a member's place")
def replace_in_chord():
    gives(chord([replaced.s(1, 2), add.s(1, 1)])(xsum.s()), 5)
