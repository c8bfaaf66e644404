"""Chains, groups, map and chunks"""

from celery import chain, chord, group, signature
from celery.exceptions import ImproperlyConfigured
from celery.result import GroupResult, result_from_tuple
from lab import INTERVAL, QUEUES, TIMEOUT, app, item_of, new_id, raised_by, returns, scenario, value
from labtasks import (
    add,
    echo,
    mul,
    now,
    pauses,
    raises,
    replaced_by_nothing,
    request_dump,
    returns_chord,
    returns_group,
    returns_result,
    xsum,
)


@scenario("a chain passes each result to the next step")
def chained():
    returns(chain(add.s(1, 2), add.s(3), mul.s(10)).apply_async(), 60)


@scenario("a chain of 40 steps passes each result to the next step")
def long_chain():
    returns(chain(add.s(0, 1), *(add.s(1) for _ in range(39))).apply_async(), 40)


@scenario("a chain can be written with |")
def piped():
    returns((add.s(1, 2) | mul.s(10))(), 30)


@scenario("the client reads the results of the earlier steps of a chain")
def parents():
    result = chain(add.s(1, 2), add.s(3), add.s(4)).apply_async()
    returns(result, 10)
    assert [value(result.parent), value(result.parent.parent)] == [6, 3]


@scenario("an immutable step does not receive the result of the step before it")
def immutable():
    returns(chain(add.s(1, 2), add.si(10, 20), mul.s(2)).apply_async(), 60)


@scenario("each step of a chain reads the ids of its parent and of the chain's root")
def chain_ids():
    result = chain(request_dump.s(), request_dump.s(), request_dump.s()).apply_async()
    third = value(result)
    first, second = value(result.parent.parent), value(result.parent)
    assert first["parentId"] is None and first["rootId"] == first["id"]
    assert (second["parentId"], second["rootId"]) == (first["id"], first["id"])
    assert (third["parentId"], third["rootId"]) == (second["id"], first["id"])


@scenario("if a step of a chain fails, the later steps fail with the same exception")
def chain_fails():
    result = chain(raises.s("first"), add.s(1), add.s(2)).apply_async()
    for step in (result.parent.parent, result.parent, result):
        error = raised_by(app.AsyncResult(step.id))
        assert type(error) is ValueError and error.args == ("first", 42), repr(error)


@scenario("a chain in a chain runs as one chain")
def chain_in_chain():
    returns(chain(chain(add.s(1, 2), add.s(3)), chain(mul.s(2), mul.s(5))).apply_async(), 60)


@scenario("a step of a chain can run on another queue")
def chain_over_queues():
    result = chain(add.s(1, 2), request_dump.s().set(queue=QUEUES["second"]), echo.s()).apply_async()
    value(result)
    assert value(result.parent)["deliveryInfo"]["routingKey"] == "lab-second"


@scenario("each step of a chain has the stamps of the chain")
def chain_stamps():
    steps = chain(request_dump.s(), request_dump.s())
    steps.stamp(tenant="acme")
    result = steps.apply_async()
    assert [seen["stamps"] for seen in (value(result), value(result.parent))] == [{"tenant": "acme"}] * 2


@scenario("a signature that was stored as JSON can be sent")
def stored_signature():
    stored = chain(add.s(1, 2), mul.s(10)).__json__()
    returns(signature(stored, app=app).apply_async(), 30)


@scenario("a group returns its results in the order of its members")
def grouped():
    result = group(pauses.s(0.3, 0), add.s(1, 0), add.s(1, 1)).apply_async()
    assert result.get(timeout=TIMEOUT, interval=INTERVAL) == [0, 1, 2]


@scenario("a member of a group reads the id of the group and its own index")
def group_ids():
    result = group(request_dump.s(), request_dump.s()).apply_async()
    seen = result.get(timeout=TIMEOUT, interval=INTERVAL)
    assert [(member["group"], member["groupIndex"]) for member in seen] == [(result.id, 0), (result.id, 1)]


@scenario("a group reports that a member has failed, and how many members have succeeded")
def group_fails():
    result = group(add.s(1, 1), raises.s("member"), add.s(2, 2)).apply_async()
    assert isinstance(raised_by(result), ValueError)
    assert result.get(timeout=TIMEOUT, interval=INTERVAL, propagate=False)[::2] == [2, 4]
    assert result.failed() and not result.successful() and result.ready()
    assert result.completed_count() == 2


@scenario("a group of chains returns the last result of each chain")
def group_of_chains():
    returns(group(chain(add.s(1, 1), mul.s(10)), chain(add.s(2, 2), mul.s(10))).apply_async(), [20, 40])


@scenario("a group in a group runs as one group")
def group_in_group():
    returns(group(add.s(1, 1), group(add.s(2, 2), add.s(3, 3))).apply_async(), [2, 4, 6])


@scenario("a chain can end with a group")
def chain_to_group():
    result = chain(add.s(1, 1), group(add.s(1), mul.s(10))).apply_async()
    returns(result, [3, 20])
    returns(result.parent, 2)


@scenario("the step after a group receives the list of the group's results")
def chain_through_group():
    steps = chain(add.s(1, 1), group(add.s(1), mul.s(10)), xsum.s(), add.s(100))
    returns(steps.apply_async(), 123)


@scenario("each member of a group after a group receives the list of the first group's results")
def group_after_group():
    steps = chain(group(add.s(1, 1), add.s(2, 2)), group(xsum.s(), echo.s()))
    returns(steps.apply_async(), [6, [[2, 4]]])


@scenario("an empty group returns an empty list without a worker")
def empty_group():
    returns(group([]).apply_async(), [])


@scenario("map runs a task for each item of a list, in one message")
def mapped():
    returns(xsum.map([[1, 2], [3, 4], []]).apply_async(), [3, 7, 0])


@scenario("starmap passes each item as the list of arguments")
def starmapped():
    returns(add.starmap([(1, 2), (3, 4)]).apply_async(), [3, 7])


@scenario("map fails with the exception of the item that failed")
def map_fails():
    error = raised_by(raises.map(["item"]).apply_async())
    assert type(error) is ValueError and error.args == ("item", 42), repr(error)


@scenario("chunks run as a group of starmaps")
def chunked():
    result = add.chunks(zip(range(10), range(10)), 4).apply_async()
    assert result.get(timeout=TIMEOUT, interval=INTERVAL) == [[0, 2, 4, 6], [8, 10, 12, 14], [16, 18]]


@scenario("chunks can be the header of a chord")
def chunks_in_chord():
    header = add.chunks(zip(range(4), range(4)), 2).group()
    returns((header | echo.s()).apply_async(), [[[0, 2], [4, 6]]])


@scenario("a task that is replaced by an empty chain fails with ImproperlyConfigured, which the client can catch")
def replaced_by_empty_chain():
    error = raised_by(replaced_by_nothing.delay())
    assert type(error) is ImproperlyConfigured, repr(error)
    assert error.args == ("Cannot replace with an empty chain",), error.args


@scenario("a task that returns the result of a task that it sent returns its ids, from which the client makes the result")
def returned_result():
    returns(result_from_tuple(value(returns_result.delay()), app=app), 3)
    returns(result_from_tuple(value(returns_group.delay()), app=app), [2, 4])
    body = result_from_tuple(value(returns_chord.delay()), app=app)
    returns(body, 6)
    assert [value(member) for member in body.parent.results] == [2, 4]


@scenario("a task id that is sent again, and a frozen chord that is applied again, run once")
def applied_twice():
    sent = new_id()
    first = add.apply_async((1, 2), task_id=sent)
    returns(first, 3)
    again = add.apply_async((10, 20), task_id=sent)
    frozen = chord([now.si(), now.si()], echo.s())
    frozen.freeze()
    result = frozen.apply_async()
    times = value(result)
    assert frozen.apply_async().id == result.id
    # They are received before these tasks end.
    returns(group(add.s(i, i) for i in range(3)).apply_async(), [0, 2, 4])
    assert value(result) == times
    returns(again, 3)


@scenario("a saved group can be restored with its results until it is deleted")
def saved_group():
    result = group(add.s(1, 1), add.s(2, 2)).apply_async()
    result.save()
    restored = GroupResult.restore(result.id, app=app)
    assert restored.get(timeout=TIMEOUT, interval=INTERVAL) == [2, 4]
    assert item_of(f"celery-taskset-meta-{result.id}")
    restored.delete()
    assert GroupResult.restore(result.id, app=app) is None
