"""The tasks of `test/fixtures/plugins/labtasks` in Python, with the same names and the same behaviour.

A client of the TypeScript worker uses only their names and signatures. A real Celery worker runs them.
"""

import datetime
import time

from celery import chain, chord, group
from celery.exceptions import Ignore, Reject
from lab import app


def declaring(module):
    """Returns the decorator for the tasks of a module of the plugin, where the functions have the same names."""

    def task(function=None, **options):
        def declare(function):
            return app.task(name=f"{module}.{function.__name__}", **options)(function)

        return declare(function) if function else declare

    return task


task = declaring("labtasks")


class LabError(Exception):
    pass


@app.task(name="gwexample.analyses.tasks.fibonacci")
def fibonacci(n):
    return 1 if n <= 2 else fibonacci(n - 1) + fibonacci(n - 2)


@app.task(name="gwexample.analyses.tasks.cancelable")
def cancelable(milliseconds):
    raise NotImplementedError("a Python worker on SQS cannot be canceled")


# Values


@task
def add(x, y):
    return x + y


@task
def mul(x, y):
    return x * y


@task
def xsum(numbers):
    return sum(numbers)


@task
def echo(*args):
    return list(args)


@task
def keywords(**kwargs):
    return kwargs


@task
def sized(length):
    """Returns a text of this length in characters, which compresses badly."""
    state, text = 1, []
    while len(text) < length:
        state = state * 48271 % 2147483647
        text.append(chr(48 + state % 75))
    return "".join(text)


@task
def unserializable():
    return {1}


@task(ignore_result=True)
def quiet():
    return "nobody sees this"


# Failures


@task
def raises(message="boom"):
    raise ValueError(message, 42)


@task
def raises_custom():
    raise LabError("custom")


@task
def raises_cause():
    try:
        raise ZeroDivisionError("division by zero")
    except ZeroDivisionError as cause:
        raise RuntimeError("outer") from cause


@task
def raises_native(name):
    """Raises the Python exception that corresponds to JavaScript's error with this name."""
    twins = {"RangeError": ValueError, "ReferenceError": NameError, "TypeError": TypeError, "SyntaxError": SyntaxError}
    raise twins[name](f"a {name}")


@task
def reads(path):
    """Returns the text of a file."""
    with open(path) as file:
        return file.read()


@task
def raises_unserializable():
    raise ValueError({1})


@task
def exits():
    raise NotImplementedError("ends a solo worker")


# Requests and time


@task(bind=True)
def request_dump(self, *args):
    """Returns the task's request, under the names of the TypeScript library."""
    request = self.request
    hard, soft = request.timelimit or (None, None)
    return {
        "id": request.id,
        "task": request.task,
        "args": list(args),
        "retries": request.retries,
        "eta": request.eta,
        "expires": request.expires,
        "group": request.group,
        "groupIndex": request.group_index,
        "rootId": request.root_id,
        "parentId": request.parent_id,
        "correlationId": request.correlation_id,
        "replyTo": request.reply_to,
        "timelimit": {"hardSeconds": hard, "softSeconds": soft},
        "priority": request.delivery_info["priority"],
        "shadow": request.shadow,
        "ignoreResult": request.ignore_result,
        "stamps": request.stamps or {},
        "stampedHeaders": request.stamped_headers or [],
        "headers": {name: value for name, value in (request.headers or {}).items() if name.startswith("x-")},
        "deliveryInfo": {
            "exchange": request.delivery_info["exchange"],
            "routingKey": request.delivery_info["routing_key"],
            "redelivered": bool(request.delivery_info["redelivered"]),
        },
    }


@task
def says(text):
    return text


@task
def waits():
    raise NotImplementedError("a Python worker on SQS cannot be canceled")


@task(track_started=True)
def pauses(seconds, returned=None):
    time.sleep(seconds)
    return returned


@task
def sleeps(seconds):
    """As `pauses`, without track_started."""
    time.sleep(seconds)


@task
def now():
    """Returns the Unix time in seconds."""
    return time.time()


# Work

work = declaring("labtasks.work")


@work(bind=True)
def retried(self, times, countdown=0, max_retries=3):
    """Retries this many times, then returns the number of retries."""
    if self.request.retries < times:
        raise self.retry(exc=ValueError("again", self.request.retries), countdown=countdown, max_retries=max_retries)
    return self.request.retries


@work(bind=True)
def retried_with_args(self, foo, bar, label=None):
    """Retries once with other positional arguments."""
    if self.request.retries == 0:
        raise self.retry(args=[foo + 1, bar + 1], countdown=0)
    return [foo, bar, label]


@work(bind=True)
def retried_with_kwargs(self, foo, bar, label=None):
    """Retries once with another keyword argument."""
    if self.request.retries == 0:
        raise self.retry(kwargs={"foo": foo + 1}, countdown=0)
    return [foo, bar, label]


@work(bind=True)
def retried_at(self, seconds):
    """Retries once, with an eta after this many seconds. Returns the eta that the retry reads."""
    if self.request.retries == 0:
        eta = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
        raise self.retry(eta=eta)
    return self.request.eta


@work(bind=True, max_retries=1, default_retry_delay=0)
def retried_without_reason(self):
    raise self.retry()


@work(bind=True, autoretry_for=(ValueError,), retry_backoff=1, retry_jitter=False, max_retries=2)
def retried_by_itself(self, times):
    if self.request.retries < times:
        raise ValueError("again")
    return self.request.retries


@work(bind=True, autoretry_for=(ValueError,), default_retry_delay=0, max_retries=1)
def never_succeeds(self):
    raise ValueError("for good")


@work
def ignores():
    raise Ignore()


@work(bind=True)
def requeues_once(self):
    """Returns its message to the queue once. Returns whether the message was delivered before."""
    if not self.request.delivery_info["redelivered"]:
        raise Reject("not yet", requeue=True)
    return self.request.delivery_info["redelivered"]


@work
def rejects():
    raise Reject("not mine", requeue=False)


@work
def rejects_until(moment):
    """Returns its message to the queue until this Unix time in seconds."""
    if time.time() < moment:
        raise Reject("too early", requeue=True)
    return "late enough"


@work(bind=True)
def tells_and_ignores(self, state, meta):
    """Stores a custom state, which stays stored."""
    self.update_state(state=state, meta=meta)
    raise Ignore()


@work
def tells_and_waits():
    raise NotImplementedError("a Python worker on SQS cannot be canceled")


@work(bind=True)
def tells_and_returns(self, state, meta):
    self.update_state(state=state, meta=meta)
    return meta


# Canvas

canvas = declaring("labtasks.canvas")


@canvas(bind=True)
def replaced(self, x, y):
    """Replaces itself by `add`."""
    raise self.replace(add.s(x, y))


@canvas(bind=True)
def replaced_by_chain(self, x, y):
    raise self.replace(chain(add.s(x, y), mul.s(10)))


@canvas(bind=True)
def replaced_by_group(self, count):
    raise self.replace(group(add.s(i, i) for i in range(count)))


@canvas(bind=True)
def replaced_by_chord(self, count):
    raise self.replace(chord((add.s(i, i) for i in range(count)), xsum.s()))


@canvas(bind=True)
def replaced_by_nothing(self):
    raise self.replace(chain())


@canvas
def returns_result():
    """Returns the result of a task that it sends."""
    return add.delay(1, 2)


@canvas
def returns_chord():
    """Returns the result of a chord that it sends."""
    return chord([add.s(1, 1), add.s(2, 2)])(xsum.s())


@canvas
def returns_group():
    return group(add.s(1, 1), add.s(2, 2)).apply_async()


@canvas
def spawns(count):
    """Sends child tasks. Returns their ids."""
    return [request_dump.delay(i).id for i in range(count)]


@canvas
def spawns_chord(count):
    """Sends a chord. Returns the id of its body."""
    return chord(add.s(i, i) for i in range(count))(xsum.s()).id


@canvas
def on_error(request, exc, traceback, note):
    """An errback of the new style. The task with the id `note` returns the arguments that the errback received."""
    echo.apply_async((request.id, type(exc).__name__, str(exc.args[0]), bool(traceback)), task_id=note)


@canvas
def on_error_id(failed_id):
    """An errback of the old style. Returns the id of the failed task."""
    return failed_id
