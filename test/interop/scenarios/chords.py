"""Chords"""

from celery import chain, chord, group
from celery.exceptions import ChordError
from lab import app, item_of, new_id, raised_by, returns, scenario, until, value
from labtasks import add, echo, mul, on_error, on_error_id, pauses, raises, raises_custom, sleeps, spawns, xsum

HEADER = (add.s(1, 1), add.s(2, 2), add.s(3, 3))


def body_of(result):
    """Returns the exception of the chord's body. The sender's result object raises that of the member instead."""
    return raised_by(app.AsyncResult(result.id))


def returned(note):
    """Returns how many tasks have returned this note. The ids of the errbacks are not known."""
    pages = app.backend.client.get_paginator("scan").paginate(TableName="celery", ConsistentRead=True)
    items = [item for page in pages for item in page["Items"] if item["id"]["S"].startswith("b'celery-task-meta-")]
    documents = [item["result"]["B"] for item in items if item.get("result", {}).get("B", b"").startswith(b"{")]
    return sum(f'"result": "{note}"'.encode() in document for document in documents)


@scenario("the body of a chord receives the results of the header in order")
def chorded():
    header = [pauses.s(0.3, 0), *(echo.s(i) for i in range(1, 5))]
    returns(chord(header)(echo.s()), [[0, [1], [2], [3], [4]]])


@scenario("a chord with one member calls its body")
def one_member():
    returns(chord([add.s(1, 1)])(xsum.s()), 2)


@scenario("a chord with 40 members calls its body with all results")
def many_members():
    result = chord(add.s(i, i) for i in range(40))(echo.s())
    returns(result, [[2 * i for i in range(40)]])


@scenario("a chord without members calls its body with an empty list")
def empty_header():
    returns(chord([], xsum.s()).apply_async(), 0)


@scenario("the result of a chain in a chord header is the result of the chain's last step")
def chord_of_chains():
    header = [chain(add.s(i, i), mul.s(10)) for i in range(3)]
    returns(chord(header)(xsum.s()), 60)


@scenario("a chord header can contain a group")
def chord_of_groups():
    (results,) = value(chord([group(add.s(1, 1), add.s(2, 2)), add.s(3, 3)])(echo.s()))
    assert sorted(results) == [2, 4, 6], results


@scenario("a chord header can contain a chord")
def chord_of_chords():
    returns(chord([chord(HEADER, xsum.s()), add.s(10, 10)])(xsum.s()), 32)


@scenario("a chord header can contain a chain that begins with a group")
def chord_of_chain_with_group():
    header = [chain(group(add.s(1, 1), add.s(2, 2)), xsum.s()), add.s(1, 1)]
    returns(chord(header)(xsum.s()), 8)


@scenario("a chord's body can be a chain")
def body_chain():
    returns(chord(HEADER)(chain(xsum.s(), add.s(100), mul.s(2))), 224)


@scenario("a chord's body can be a group")
def body_group():
    returns(chord(HEADER)(group(xsum.s(), echo.s())), [12, [[2, 4, 6]]])


@scenario("a chord's body can be a chord")
def body_chord():
    returns(chord(HEADER)(chord([xsum.s(), xsum.s()], xsum.s())), 24)


@scenario("an immutable chord body does not receive the results")
def immutable_body():
    returns(chord(HEADER)(add.si(20, 3)), 23)


@scenario("the step after a chord receives the result of the chord's body")
def chord_in_chain():
    returns(chain(chord(HEADER, xsum.s()), add.s(100)).apply_async(), 112)


@scenario("each member of a chord header receives the result of the step before the chord")
def chord_after_step():
    returns(chain(add.s(1, 1), chord([add.s(1), mul.s(10)], xsum.s())).apply_async(), 23)


@scenario("a chain of two chords and groups returns one result")
def nested():
    steps = chain(
        group(chain(add.s(1, 1), group(add.s(1), add.s(2)), xsum.s()), add.s(1, 0)),
        xsum.s(),
        group(add.s(1), add.s(2)),
        xsum.s(),
    )
    returns(steps.apply_async(), 19)


@scenario("if a member of a chord fails, the body fails with a ChordError that names the member's exception")
def header_fails():
    result = chord([add.s(1, 1), raises.s("hdr")])(xsum.s())
    error = body_of(result)
    assert isinstance(error, ChordError), repr(error)
    assert "ValueError('hdr', 42)" in error.args[0], error.args
    assert result.state == "FAILURE"
    assert type(raised_by(result)) is ValueError


@scenario("a ChordError names an error class that the plugin defines")
def header_fails_custom():
    error = body_of(chord([raises_custom.s(), add.s(1, 1)])(xsum.s()))
    assert isinstance(error, ChordError), repr(error)
    assert "LabError('custom')" in error.args[0], error.args


@scenario("the errbacks of a chord's body are called if a member fails")
def header_fails_errback():
    notes = [new_id(), new_id()]
    body = xsum.s().on_error(on_error_id.s().set(task_id=notes[0])).on_error(on_error.s(notes[1]))
    result = chord([add.s(1, 1), raises.s("hdr")])(body)
    assert isinstance(body_of(result), ChordError)
    returns(app.AsyncResult(notes[0]), result.id)
    assert value(app.AsyncResult(notes[1]))[:2] == [result.id, "ChordError"]


@scenario("the children of a chord's body that failed are the group of its errbacks")
def header_fails_children():
    result = chord([add.s(1, 1), raises.s("hdr")])(xsum.s().on_error(on_error_id.s()))
    assert isinstance(body_of(result), ChordError)
    (errbacks,) = app.AsyncResult(result.id).children
    assert [value(errback) for errback in errbacks.results] == [result.id]


@scenario("an errback of a chord runs once if a chord in its header fails")
def nested_header_fails_errback():
    note = new_id()
    inner = chord([add.s(1, 1), raises.s("inner")], xsum.s())
    outer = chord(group(add.s(3, 3), inner), echo.s())
    outer.link_error(on_error_id.si(note))
    assert isinstance(body_of(outer.apply_async()), ChordError)
    until(lambda: returned(note) >= 1, lambda: "the errback has not run")
    # Both chords have failed, so that a second call would have been sent before these tasks.
    returns(chord([add.s(1, 1), sleeps.si(0.5)])(echo.s()), [[2, None]])
    assert returned(note) == 1, returned(note)


@scenario("if a member of a chord fails, the steps after the chord fail")
def header_fails_in_chain():
    result = chain(chord([add.s(1, 1), raises.s("hdr")], xsum.s()), add.s(100)).apply_async()
    assert isinstance(body_of(result), ChordError)


@scenario("a chord whose body fails raises the body's exception")
def body_fails():
    error = raised_by(chord(HEADER)(raises.si("body")))
    assert type(error) is ValueError and error.args == ("body", 42), repr(error)


@scenario("a chord of chains fails if the first step of one chain fails")
def chain_of_header_fails():
    result = chord([chain(raises.s("early"), add.s(1)), add.s(1, 1)])(xsum.s())
    error = body_of(result)
    assert isinstance(error, ChordError), repr(error)
    assert "ValueError('early', 42)" in error.args[0], error.args


@scenario("the members of a chord can send tasks of their own")
def children_of_header():
    result = chord([spawns.s(1), spawns.s(2)])(echo.s())
    ids = value(result)[0]
    assert [len(of_member) for of_member in ids] == [1, 2]


@scenario("the group item and the counter of a finished chord have a time to live or are deleted")
def cleaned_up():
    result = chord(HEADER)(xsum.s())
    group_id = result.parent.id
    assert item_of(f"celery-taskset-meta-{group_id}")
    returns(result, 12)

    def left():
        items = [item_of(f"{kind}-{group_id}") for kind in ("celery-taskset-meta", "chord-unlock")]
        return [item for item in items if item and "ttl" not in item]

    until(lambda: not left(), lambda: f"there still is {left()}")


@scenario("the client reads the results of a chord's header")
def header_results():
    result = chord(HEADER)(xsum.s())
    returns(result, 12)
    assert [value(member) for member in result.parent.results] == [2, 4, 6]
