"""Chains, groups, map and chunks"""

from celery import chain, group, signature
from celery.result import GroupResult
from lab import INTERVAL, QUEUES, TIMEOUT, app, gives, item_of, raised_by, scenario, value
from labtasks import add, echo, mul, pauses, raises, request_dump, xsum


@scenario("a chain hands each result to the next step")
def chained():
    gives(chain(add.s(1, 2), add.s(3), mul.s(10)).apply_async(), 60)


@scenario("a chain written with | is one, too")
def piped():
    gives((add.s(1, 2) | mul.s(10))(), 30)


@scenario("the client finds the results of a chain's earlier steps")
def parents():
    result = chain(add.s(1, 2), add.s(3), add.s(4)).apply_async()
    gives(result, 10)
    assert [value(result.parent), value(result.parent.parent)] == [6, 3]


@scenario("an immutable step is not given the result before it")
def immutable():
    gives(chain(add.s(1, 2), add.si(10, 20), mul.s(2)).apply_async(), 60)


@scenario("each step of a chain knows its parent and the chain's root")
def chain_ids():
    result = chain(request_dump.s(), request_dump.s(), request_dump.s()).apply_async()
    third = value(result)
    first, second = value(result.parent.parent), value(result.parent)
    assert first["parentId"] is None and first["rootId"] == first["id"]
    assert (second["parentId"], second["rootId"]) == (first["id"], first["id"])
    assert (third["parentId"], third["rootId"]) == (second["id"], first["id"])


@scenario("when a step fails, the steps after it fail with the same exception")
def chain_fails():
    result = chain(raises.s("first"), add.s(1), add.s(2)).apply_async()
    for step in (result.parent.parent, result.parent, result):
        error = raised_by(app.AsyncResult(step.id))
        assert type(error) is ValueError and error.args == ("first", 42), repr(error)


@scenario("a chain in a chain is one chain")
def chain_in_chain():
    gives(chain(chain(add.s(1, 2), add.s(3)), chain(mul.s(2), mul.s(5))).apply_async(), 60)


@scenario("a step can be on another queue")
def chain_over_queues():
    result = chain(add.s(1, 2), request_dump.s().set(queue=QUEUES["second"]), echo.s()).apply_async()
    value(result)
    assert value(result.parent)["deliveryInfo"]["routingKey"] == "lab-second"


@scenario("the stamps of a chain are those of each step")
def chain_stamps():
    steps = chain(request_dump.s(), request_dump.s())
    steps.stamp(tenant="acme")
    result = steps.apply_async()
    assert [seen["stamps"] for seen in (value(result), value(result.parent))] == [{"tenant": "acme"}] * 2


@scenario("a signature that was stored as JSON is a signature again")
def stored_signature():
    stored = chain(add.s(1, 2), mul.s(10)).__json__()
    gives(signature(stored, app=app).apply_async(), 30)


@scenario("a group gives its results in the order of its members")
def grouped():
    result = group(pauses.s(0.3, 0), add.s(1, 0), add.s(1, 1)).apply_async()
    assert result.get(timeout=TIMEOUT, interval=INTERVAL) == [0, 1, 2]


@scenario("the members of a group know the group and their place in it")
def group_ids():
    result = group(request_dump.s(), request_dump.s()).apply_async()
    seen = result.get(timeout=TIMEOUT, interval=INTERVAL)
    assert [(member["group"], member["groupIndex"]) for member in seen] == [(result.id, 0), (result.id, 1)]


@scenario("a group tells how many of its members have ended, and that one has failed")
def group_fails():
    result = group(add.s(1, 1), raises.s("member"), add.s(2, 2)).apply_async()
    assert isinstance(raised_by(result), ValueError)
    assert result.get(timeout=TIMEOUT, interval=INTERVAL, propagate=False)[::2] == [2, 4]
    assert result.failed() and not result.successful() and result.ready()
    assert result.completed_count() == 2


@scenario("a group of chains gives the last result of each")
def group_of_chains():
    gives(group(chain(add.s(1, 1), mul.s(10)), chain(add.s(2, 2), mul.s(10))).apply_async(), [20, 40])


@scenario("a group in a group is one group")
def group_in_group():
    gives(group(add.s(1, 1), group(add.s(2, 2), add.s(3, 3))).apply_async(), [2, 4, 6])


@scenario("a chain can end in a group")
def chain_to_group():
    result = chain(add.s(1, 1), group(add.s(1), mul.s(10))).apply_async()
    gives(result, [3, 20])
    gives(result.parent, 2)


@scenario("a chain goes on with the list of a group's results")
def chain_through_group():
    steps = chain(add.s(1, 1), group(add.s(1), mul.s(10)), xsum.s(), add.s(100))
    gives(steps.apply_async(), 123)


@scenario("a group after a group is given all the results of the first")
def group_after_group():
    steps = chain(group(add.s(1, 1), add.s(2, 2)), group(xsum.s(), echo.s()))
    gives(steps.apply_async(), [6, [[2, 4]]])


@scenario("an empty group has no results, and needs no worker")
def empty_group():
    gives(group([]).apply_async(), [])


@scenario("map runs a task for each item, in one task")
def mapped():
    gives(xsum.map([[1, 2], [3, 4], []]).apply_async(), [3, 7, 0])


@scenario("starmap hands each item over as arguments")
def starmapped():
    gives(add.starmap([(1, 2), (3, 4)]).apply_async(), [3, 7])


@scenario("map fails with the exception of the item that fails")
def map_fails():
    error = raised_by(raises.map(["item"]).apply_async())
    assert type(error) is ValueError and error.args == ("item", 42), repr(error)


@scenario("chunks are a group of starmaps")
def chunked():
    result = add.chunks(zip(range(10), range(10)), 4).apply_async()
    assert result.get(timeout=TIMEOUT, interval=INTERVAL) == [[0, 2, 4, 6], [8, 10, 12, 14], [16, 18]]


@scenario("chunks can be the header of a chord")
def chunks_in_chord():
    header = add.chunks(zip(range(4), range(4)), 2).group()
    gives((header | echo.s()).apply_async(), [[[0, 2], [4, 6]]])


@scenario("a group that was saved is restored with its results, and gone once it is deleted")
def saved_group():
    result = group(add.s(1, 1), add.s(2, 2)).apply_async()
    result.save()
    restored = GroupResult.restore(result.id, app=app)
    assert restored.get(timeout=TIMEOUT, interval=INTERVAL) == [2, 4]
    assert item_of(f"celery-taskset-meta-{result.id}")
    restored.delete()
    assert GroupResult.restore(result.id, app=app) is None
