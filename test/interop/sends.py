"""The sends of the differential test. Each function sends tasks, waits for their end, and returns the stored items."""

import datetime
import decimal
import functools
import json

from celery import chain, chord, group
from lab import app, item_of, new_id, until, wait_for
from labtasks import (
    add,
    echo,
    ignores,
    mul,
    on_error_id,
    pauses,
    quiet,
    raises,
    raises_cause,
    raises_custom,
    raises_unserializable,
    rejects,
    replaced,
    replaced_by_chain,
    replaced_by_group,
    replaced_by_nothing,
    retried,
    retried_with_args,
    retried_with_kwargs,
    retried_without_reason,
    returns_chord,
    returns_group,
    returns_result,
    spawns,
    tells_and_ignores,
    tells_and_returns,
    unserializable,
    xsum,
)


def send(sentence):
    """Marks a function that returns results or keys, whose items are compared. The sentence names what it sends."""

    def mark(function):
        @functools.wraps(function)
        def stored():
            return [stored_item(key_of(one)) for one in function()]

        return stored

    return mark


def key_of(result):
    return result if isinstance(result, str) else f"celery-task-meta-{result.id}"


def stored_item(key):
    item = item_of(key)
    document = json.loads(item["result"]["B"]) if item and "result" in item else {}
    return {
        "key": key,
        "attributes": {name: next(iter(typed)) for name, typed in item.items()} if item else None,
        # As text, because only Python parses it: values that are equal in Python have the same text.
        "fields": {name: json.dumps(value) for name, value in document.items()},
    }


def ended(*results):
    for result in results:
        by_id = app.AsyncResult(result.id)
        until(by_id.ready, lambda: f"{by_id.id} is {by_id.state}")
    return list(results)


def steps(result):
    """Returns the results of a chain, from the first step to the last."""
    return [*steps(result.parent), result] if result.parent else [result]


# The parent of a chord's body is the member that ends last. This member ends last with both workers.
LAST = pauses.si(0.5, 4)


def of_chord(result):
    group_id = result.parent.id
    return [
        *ended(*result.parent.results, result),
        f"celery-taskset-meta-{group_id}",
        f"chord-unlock-{group_id}",
    ]


@send("a task that succeeds")
def success():
    return ended(add.delay(1, 2))


@send("a task that returns values of many types")
def values():
    moment = datetime.datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=datetime.timezone.utc)
    return ended(echo.delay(None, moment, decimal.Decimal("1.50"), b"\xff", 2**70, 1.5, 1e20, float("nan"), "é\u2028"))


@send("a task that raises a builtin exception")
def failure():
    return ended(raises.delay("boom"))


@send("a task that raises an error class of the plugin")
def failure_custom():
    return ended(raises_custom.delay())


@send("a task that raises an exception with a cause")
def failure_cause():
    return ended(raises_cause.delay())


@send("a task that raises an exception whose arguments JSON cannot represent")
def failure_unserializable():
    return ended(raises_unserializable.delay())


@send("a task that is given too few arguments")
def failure_arguments():
    return ended(app.send_task("labtasks.add", (1,)))


@send("a task that is not registered")
def not_registered():
    return ended(app.send_task("nobody.has.this", (1,)))


@send("a task that returns a value that JSON cannot represent")
def result_unserializable():
    return ended(unserializable.delay())


@send("a task that ignores its result")
def ignored_result():
    note = new_id()
    result = quiet.apply_async(link=add.si(1, 1).set(task_id=note))
    ended(app.AsyncResult(note))
    return [result]


@send("a task that has expired")
def expired():
    return ended(add.apply_async((1, 2), expires=datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(1)))


@send("a task that waits for its retry")
def retry_waiting():
    result = retried.delay(1, countdown=60)
    wait_for("RETRY", result)
    return [result]


@send("a task that succeeds after two retries")
def retry_success():
    return ended(retried.delay(2))


@send("a task that has no retry left")
def retry_exhausted():
    return ended(retried.delay(9, max_retries=1))


@send("a task that has no retry left and passed no exception to retry()")
def retry_exhausted_without_reason():
    return ended(retried_without_reason.delay())


@send("a task that raises Reject")
def reject():
    return ended(rejects.delay())


@send("a task that raises Ignore")
def ignore():
    result = ignores.delay()
    ended(add.delay(1, 1))
    return [result]


@send("a task that stores a custom state and raises Ignore")
def custom_state():
    result = tells_and_ignores.delay("PROGRESS", {"current": 3, "total": 10})
    wait_for("PROGRESS", result)
    return [result]


@send("a task that stores a custom state and returns")
def custom_state_success():
    return ended(tells_and_returns.delay("PROGRESS", [1]))


@send("a task that is replaced by another task")
def replace():
    return ended(replaced.delay(1, 2))


@send("a task that is replaced by a chain")
def replace_chain():
    return ended(replaced_by_chain.delay(1, 2))


@send("a task that is replaced by a group")
def replace_group():
    return ended(replaced_by_group.delay(2))


@send("a task that is replaced by an empty chain")
def replace_nothing():
    return ended(replaced_by_nothing.delay())


@send("tasks that return the results of a task, of a chord and of a group")
def returned_results():
    return ended(returns_result.delay(), returns_chord.delay(), returns_group.delay())


@send("tasks that retry with other arguments")
def retry_arguments():
    by_name = {"foo": 1, "bar": 2, "label": "kept"}
    return ended(
        retried_with_args.apply_async(kwargs=by_name),
        retried_with_args.delay(1, 2, label="kept"),
        retried_with_kwargs.delay(1, 2, label="dropped"),
        retried_with_kwargs.delay(1, bar=2),
    )


@send("a task with a callback")
def link():
    note = new_id()
    result = add.apply_async((1, 2), link=add.s(10).set(task_id=note))
    return ended(result, app.AsyncResult(note))


@send("a task with two callbacks")
def links():
    notes = [new_id(), new_id()]
    result = add.apply_async((1, 2), link=[add.s(10).set(task_id=note) for note in notes])
    return ended(result, *(app.AsyncResult(note) for note in notes))


@send("a task with an errback")
def link_error():
    note = new_id()
    result = raises.apply_async(("x",), link_error=on_error_id.s().set(task_id=note))
    return ended(result, app.AsyncResult(note))


@send("a task that sends two others")
def children():
    return ended(spawns.delay(2))


@send("a chain")
def chained():
    return ended(*steps(chain(add.s(1, 2), add.s(3), mul.s(10)).apply_async()))


@send("a chain whose first step fails")
def chain_failed():
    return ended(*steps(chain(raises.s("first"), add.s(1), add.s(2)).apply_async()))


@send("a chain of a task and a group")
def chain_to_group():
    result = chain(add.s(1, 2), group(add.s(1), add.s(2))).apply_async()
    return ended(result.parent, *result.results)


@send("a chain of a task, a group and a task")
def chain_through_group():
    result = chain(add.s(1, 2), group(add.s(1), LAST), xsum.s()).apply_async()
    return ended(result.parent.parent, *result.parent.results, result)


@send("a group")
def grouped():
    return ended(*group(add.s(1, 1), add.s(2, 2)).apply_async().results)


@send("a starmap")
def starmapped():
    return ended(add.starmap([(1, 2), (3, 4)]).apply_async())


@send("a chord")
def chorded():
    return of_chord(chord([add.s(1, 1), LAST])(xsum.s()))


@send("a chord with a member that fails")
def chord_header_failed():
    return of_chord(chord([add.s(1, 1), raises.s("hdr")])(xsum.s()))


@send("a chord with a member that fails, whose body has an errback")
def chord_errback():
    note = new_id()
    body = xsum.s().on_error(on_error_id.s().set(task_id=note))
    return [*of_chord(chord([add.s(1, 1), raises.s("hdr")])(body)), *ended(app.AsyncResult(note))]


@send("a chord whose body fails")
def chord_body_failed():
    return of_chord(chord([add.s(1, 1), LAST])(raises.si("body")))


@send("a chord without members")
def chord_empty():
    return ended(chord([], xsum.s()).apply_async())
