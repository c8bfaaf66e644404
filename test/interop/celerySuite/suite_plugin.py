"""A pytest plugin that runs Celery's integration suite against a worker that runs already, on SQS and DynamoDB.

Environment variables: SUITE_NODE, the node name of the worker; SUITE_SELECTION, a JSON file with the node ids of the tests;
SUITE_REPORT, the file to which it appends a JSON line for each test. The suite itself reads TEST_BROKER, TEST_BACKEND,
REDIS_HOST and REDIS_PORT. The process ends when its standard input ends.
"""

import functools
import json
import os
import threading
import time

import botocore.loaders
import celery.contrib.pytest
import kombu.asynchronous
import kombu.asynchronous.hub
import pytest
from celery.app.backends import BACKEND_ALIASES
from celery.app.control import Control
from celery.contrib.testing.manager import ManagerMixin
from celery.result import AsyncResult
from celery.signals import before_task_publish
from celery.utils import nodenames

# pytest replaces the standard input before it runs tests.
standard_input = os.dup(0)


def end_with_input():
    """Exits with the parent process: the pipe closes however the parent ends."""
    os.read(standard_input, 1)
    os._exit(1)


threading.Thread(target=end_with_input, daemon=True).start()

# The suite skips tests that record in Redis what ran unless the URL of the result backend starts with "redis". This scheme
# says that there is a Redis server for these records, too: redis-records+dynamodb://…
BACKEND_ALIASES["redis-records"] = BACKEND_ALIASES["dynamodb"]

# Without an event loop, Kombu's client of SQS cannot receive replies: docs/remote-control.md.
kombu.asynchronous.set_event_loop(kombu.asynchronous.hub.Hub())

# Each test has an app, whose clients of AWS would read the same JSON files again. This takes a third of the time.
botocore.loaders.create_loader = functools.cache(botocore.loaders.create_loader)

# The suite expects the node name of a worker in its own process.
nodenames.anon_nodename = lambda *_args, **_kwargs: os.environ["SUITE_NODE"]


@pytest.fixture(scope="session")
def celery_session_worker(celery_session_app, celery_includes, celery_class_tasks):
    """Imports the tasks as the fixture of Celery does, so that the session can send them. Starts no worker."""
    for module in celery_includes:
        celery_session_app.loader.import_task_module(module)
    for class_task in celery_class_tasks:
        celery_session_app.register_task(class_task)


# The conftest.py of the suite imports the fixture from this module.
celery.contrib.pytest.celery_session_worker = celery_session_worker


def wait_until_idle(manager):
    """Purges the queue and waits until no task runs, as the method of Celery, but for the reply of one worker only."""
    is_idle = False
    while not is_idle:
        # Kombu keeps the URL of the reply queue, which it deletes: a second command on a connection fails.
        with manager.app.connection() as connection:
            while manager.app.control.purge(connection=connection):
                pass
            inspect = manager.app.control.inspect(connection=connection, limit=1, timeout=10)
            is_idle = not any(inspect.active().values())


ManagerMixin.wait_until_idle = wait_until_idle


def ready_first(get):
    """Wraps AsyncResult.get: waits for up to two seconds until the result is ready, and calls it then.

    While it polls, Celery's client looks at the result first, and then at the results of its parents. If one of these has
    failed, it raises that error instead of the error of the result, so that it depends on the time of the poll which error
    a test sees. If the result is ready before, the client looks at its parents first.
    """

    def get_ready(self, timeout=None, *args, **kwargs):
        deadline = time.monotonic() + min(2, 2 if timeout is None else timeout)
        while not self.ready() and time.monotonic() < deadline:
            time.sleep(0.1)
        return get(self, timeout, *args, **kwargs)

    return get_ready


AsyncResult.get = ready_first(AsyncResult.get)

sent = 0


@before_task_publish.connect
def count_sent(**_):
    global sent
    sent += 1


def count_broadcasts(broadcast):
    def counted(*args, **kwargs):
        count_sent()
        return broadcast(*args, **kwargs)

    return counted


class Reporter:
    """Writes the outcome of each test, and how many messages and commands it sent to the worker."""

    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8")
        self.reports = []
        self.sent = 0

    def pytest_runtest_logstart(self):
        self.reports = []

    def pytest_runtest_logreport(self, report):
        # A test with subtests has several reports for one phase.
        self.reports.append(report)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self):
        before = sent
        try:
            return (yield)
        finally:
            # Not what fixtures send before and after the test.
            self.sent = sent - before

    def pytest_runtest_logfinish(self, nodeid):
        if any(report.outcome == "rerun" for report in self.reports):
            return  # The test runs again: the last attempt decides.
        failed = [report for report in self.reports if report.failed]
        skipped = [report for report in self.reports if report.skipped]
        entry = {
            "nodeid": nodeid,
            "outcome": "failed" if failed else outcome_of_skipped(skipped) if skipped else "passed",
            "sent": self.sent,
            "seconds": round(sum(report.duration for report in self.reports), 2),
            "text": "\n".join(text_of(report) for report in failed or skipped),
        }
        self.file.write(json.dumps(entry) + "\n")
        self.file.flush()


def outcome_of_skipped(reports):
    return "xfailed" if any(hasattr(report, "wasxfail") for report in reports) else "skipped"


def text_of(report):
    """Returns the traceback of a failed test, or the reason of a skipped one."""
    if report.skipped and isinstance(report.longrepr, tuple):
        return report.longrepr[2]
    return report.longreprtext


class Selection:
    """Runs only some tests, and gives those that are expected to fail less time."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            selection = json.load(file)
        self.tests = set(selection["tests"])
        self.failing = set(selection["failing"])

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config, items):
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in self.tests])
        items[:] = [item for item in items if item.nodeid in self.tests]
        for item in items:
            # It precedes the marker of the suite. A signal that ends a fixture would end pytest.
            seconds = 20 if item.nodeid in self.failing else 300
            item.add_marker(pytest.mark.timeout(seconds, func_only=True), append=False)
            if item.nodeid in self.failing:
                # The suite marks most of its tests as flaky, which repeats them up to five times, as in Celery's own CI.
                item.add_marker(pytest.mark.flaky(reruns=0), append=False)


def pytest_configure(config):
    if not config.option.collectonly:
        Control.broadcast = count_broadcasts(Control.broadcast)
        config.pluginmanager.register(Reporter(os.environ["SUITE_REPORT"]))
        config.pluginmanager.register(Selection(os.environ["SUITE_SELECTION"]))
