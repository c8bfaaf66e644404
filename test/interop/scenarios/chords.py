"""Chords"""

from celery import chain, chord, group
from celery.exceptions import ChordError
from lab import app, gives, item_of, new_id, raised_by, scenario, until, value
from labtasks import add, echo, mul, on_error, on_error_id, pauses, raises, raises_custom, spawns, xsum

HEADER = (add.s(1, 1), add.s(2, 2), add.s(3, 3))


def body_of(result):
    """The error of a chord's body itself; the handle that sent the chord raises the one of the member instead."""
    return raised_by(app.AsyncResult(result.id))


@scenario("the body of a chord is given the results of its header, in order")
def chorded():
    header = [pauses.s(0.3, 0), *(echo.s(i) for i in range(1, 5))]
    gives(chord(header)(echo.s()), [[0, [1], [2], [3], [4]]])


@scenario("a chord of one member has a body, too")
def one_member():
    gives(chord([add.s(1, 1)])(xsum.s()), 2)


@scenario("a chord of 40 members calls its body once, with all results")
def many_members():
    result = chord(add.s(i, i) for i in range(40))(echo.s())
    gives(result, [[2 * i for i in range(40)]])


@scenario("the body of a chord without members is called with an empty list")
def empty_header():
    gives(chord([], xsum.s()).apply_async(), 0)


@scenario("the last result of each chain is a member's result")
def chord_of_chains():
    header = [chain(add.s(i, i), mul.s(10)) for i in range(3)]
    gives(chord(header)(xsum.s()), 60)


@scenario("a chord can have a group among its members")
def chord_of_groups():
    (results,) = value(chord([group(add.s(1, 1), add.s(2, 2)), add.s(3, 3)])(echo.s()))
    assert sorted(results) == [2, 4, 6], results


@scenario("a chord can have chords among its members")
def chord_of_chords():
    gives(chord([chord(HEADER, xsum.s()), add.s(10, 10)])(xsum.s()), 32)


@scenario("a member can be a chain that begins with a group")
def chord_of_chain_with_group():
    header = [chain(group(add.s(1, 1), add.s(2, 2)), xsum.s()), add.s(1, 1)]
    gives(chord(header)(xsum.s()), 8)


@scenario("a chord's body can be a chain")
def body_chain():
    gives(chord(HEADER)(chain(xsum.s(), add.s(100), mul.s(2))), 224)


@scenario("a chord's body can be a group")
def body_group():
    gives(chord(HEADER)(group(xsum.s(), echo.s())), [12, [[2, 4, 6]]])


@scenario("a chord's body can be a chord")
def body_chord():
    gives(chord(HEADER)(chord([xsum.s(), xsum.s()], xsum.s())), 24)


@scenario("an immutable body is not given the results")
def immutable_body():
    gives(chord(HEADER)(add.si(20, 3)), 23)


@scenario("a chain goes on after a chord")
def chord_in_chain():
    gives(chain(chord(HEADER, xsum.s()), add.s(100)).apply_async(), 112)


@scenario("a chord is given the result of the step before it")
def chord_after_step():
    gives(chain(add.s(1, 1), chord([add.s(1), mul.s(10)], xsum.s())).apply_async(), 23)


@scenario("two chords in a chain, and groups between them, come to one result")
def nested():
    steps = chain(
        group(chain(add.s(1, 1), group(add.s(1), add.s(2)), xsum.s()), add.s(1, 0)),
        xsum.s(),
        group(add.s(1), add.s(2)),
        xsum.s(),
    )
    gives(steps.apply_async(), 19)


@scenario("a chord of which a member fails is a ChordError that names the member's exception")
def header_fails():
    result = chord([add.s(1, 1), raises.s("hdr")])(xsum.s())
    error = body_of(result)
    assert isinstance(error, ChordError), repr(error)
    assert "ValueError('hdr', 42)" in error.args[0], error.args
    assert result.state == "FAILURE"
    assert type(raised_by(result)) is ValueError


@scenario("a chord of which a member fails with an exception of its own says so")
def header_fails_custom():
    error = body_of(chord([raises_custom.s(), add.s(1, 1)])(xsum.s()))
    assert isinstance(error, ChordError), repr(error)
    assert "LabError('custom')" in error.args[0], error.args


@scenario("the errback of a chord's body is called when a member fails")
def header_fails_errback():
    notes = [new_id(), new_id()]
    body = xsum.s().on_error(on_error_id.s().set(task_id=notes[0])).on_error(on_error.s(notes[1]))
    result = chord([add.s(1, 1), raises.s("hdr")])(body)
    assert isinstance(body_of(result), ChordError)
    gives(app.AsyncResult(notes[0]), result.id)
    assert value(app.AsyncResult(notes[1]))[:2] == [result.id, "ChordError"]


@scenario("what was to follow a chord fails when a member does")
def header_fails_in_chain():
    result = chain(chord([add.s(1, 1), raises.s("hdr")], xsum.s()), add.s(100)).apply_async()
    assert isinstance(body_of(result), ChordError)


@scenario("a chord whose body fails has the body's exception")
def body_fails():
    error = raised_by(chord(HEADER)(raises.si("body")))
    assert type(error) is ValueError and error.args == ("body", 42), repr(error)


@scenario("a chord of chains, one of which fails at its first step, fails")
def chain_of_header_fails():
    result = chord([chain(raises.s("early"), add.s(1)), add.s(1, 1)])(xsum.s())
    error = body_of(result)
    assert isinstance(error, ChordError), repr(error)
    assert "ValueError('early', 42)" in error.args[0], error.args


@scenario("a chord is waited for while a task has sent children in its header")
def children_of_header():
    result = chord([spawns.s(1), spawns.s(2)])(echo.s())
    ids = value(result)[0]
    assert [len(of_member) for of_member in ids] == [1, 2]


@scenario("of a chord that has ended nothing stays for ever")
def cleaned_up():
    result = chord(HEADER)(xsum.s())
    group_id = result.parent.id
    assert item_of(f"celery-taskset-meta-{group_id}")
    gives(result, 12)

    def left():
        items = [item_of(f"{kind}-{group_id}") for kind in ("celery-taskset-meta", "chord-unlock")]
        return [item for item in items if item and "ttl" not in item]

    until(lambda: not left(), lambda: f"there still is {left()}")


@scenario("the client finds the results of a chord's header")
def header_results():
    result = chord(HEADER)(xsum.s())
    gives(result, 12)
    assert [value(member) for member in result.parent.results] == [2, 4, 6]
