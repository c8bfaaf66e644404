"""Callbacks, errbacks and children"""

from celery import chain, chord, group
from lab import app, new_id, raised_by, returns, scenario, value
from labtasks import add, echo, mul, on_error, on_error_id, raises, request_dump, spawns, spawns_chord, xsum


@scenario("a callback receives the result and is a child of the task")
def link():
    result = add.apply_async((1, 2), link=add.s(10))
    returns(result, 3)
    (child,) = result.children
    returns(child, 13)


@scenario("all callbacks of a task are called; an immutable callback does not receive the result")
def links():
    result = add.apply_async((1, 2), link=[add.s(10), mul.s(10), add.si(5, 5)])
    value(result)
    (group_of_callbacks,) = result.children
    returns(group_of_callbacks, [13, 30, 10])


@scenario("a callback can be a chain")
def link_chain():
    end = new_id()
    add.apply_async((1, 2), link=chain(add.s(10), mul.s(2).set(task_id=end)))
    returns(app.AsyncResult(end), 26)


@scenario("the callback of a callback is called")
def link_of_link():
    end = new_id()
    callback = add.s(10)
    callback.link(mul.s(2).set(task_id=end))
    add.apply_async((1, 2), link=callback)
    returns(app.AsyncResult(end), 26)


@scenario("a callback reads the ids of its parent and of the root")
def link_ids():
    callback = new_id()
    result = add.apply_async((1, 2), link=request_dump.s().set(task_id=callback))
    seen = value(app.AsyncResult(callback))
    assert seen["parentId"] == seen["rootId"] == result.id, seen
    assert seen["args"] == [3], seen


@scenario("an errback of the old style receives the id of the failed task")
def link_error_id():
    note = new_id()
    result = raises.apply_async(("x",), link_error=on_error_id.s().set(task_id=note))
    returns(app.AsyncResult(note), result.id)
    assert isinstance(raised_by(result), ValueError)


@scenario("an errback of the new style receives request, exception and traceback")
def link_error():
    note = new_id()
    result = raises.apply_async(("x",), link_error=on_error.s(note))
    returns(app.AsyncResult(note), [result.id, "ValueError", "x", True])


@scenario("errbacks of both styles are called for one failure")
def link_errors():
    notes = [new_id(), new_id()]
    errbacks = [on_error.s(notes[0]), on_error_id.s().set(task_id=notes[1])]
    result = raises.apply_async(("x",), link_error=errbacks)
    assert value(app.AsyncResult(notes[0]))[0] == result.id
    returns(app.AsyncResult(notes[1]), result.id)


@scenario("a failed task calls no callback, and a successful task calls no errback")
def links_not_called():
    never, ended = [new_id(), new_id()], [new_id(), new_id()]
    callback, errback = add.s(1).set(task_id=never[0]), on_error_id.s().set(task_id=never[1])
    raises.apply_async(("x",), link=callback, link_error=on_error_id.s().set(task_id=ended[0]))
    add.apply_async((1, 2), link=add.s(1).set(task_id=ended[1]), link_error=errback)
    for end in ended:
        value(app.AsyncResult(end))
    assert [app.AsyncResult(id).state for id in never] == ["PENDING", "PENDING"]


@scenario("the errback of a chain is called for the step that fails, and the later steps do not run")
def chain_error():
    note = new_id()
    result = chain(add.s(1, 2), raises.si("second"), add.s(1)).on_error(on_error_id.s().set(task_id=note)).apply_async()
    error = raised_by(result)
    assert type(error) is ValueError and error.args == ("second", 42), repr(error)
    returns(app.AsyncResult(note), result.parent.id)
    assert result.state == "FAILURE"


@scenario("the tasks that a task sends are its children and have its root id")
def children():
    result = spawns.delay(2)
    ids = value(result)
    assert [child.id for child in result.children] == ids
    for child in result.children:
        seen = value(child)
        assert (seen["parentId"], seen["rootId"]) == (result.id, result.id), seen


@scenario("collect() returns the results of children and of their children")
def collect():
    callback = add.s(10)
    callback.link(add.s(100))
    result = add.apply_async((1, 2), link=callback)
    value(result)
    value(result.children[0])
    value(result.children[0].children[0])
    assert [got for _, got in app.AsyncResult(result.id).collect(intermediate=True, timeout=20)] == [3, 13, 113]


@scenario("a task can send a chord")
def chord_of_task():
    body = value(spawns_chord.delay(3))
    returns(app.AsyncResult(body), 6)


@scenario("the callback of a chord's body receives the result of the body")
def link_of_body():
    end = new_id()
    body = xsum.s()
    body.link(mul.s(10).set(task_id=end))
    chord([add.s(1, 1), add.s(2, 2)])(body)
    returns(app.AsyncResult(end), 60)


@scenario("the callback of a group is called once, after its first member")
def link_of_group():
    end = new_id()
    members = group(add.s(1, 1), add.s(2, 2))
    members.link(echo.si("linked").set(task_id=end))
    members.apply_async()
    returns(app.AsyncResult(end), ["linked"])
