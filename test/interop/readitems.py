"""Reads stored items with Celery's client. The argument is a JSON file: a list of `[key, item]`, an item with its binary values in base64.

Prints JSON: how many results there are of each state, how many groups and members, and what could not be read.
"""

import base64
import collections
import json
import sys
import traceback

from celery import Celery
from celery.backends.dynamodb import DynamoDBBackend
from celery.result import AsyncResult, GroupResult, result_from_tuple

TASK = "b'celery-task-meta-"
GROUP = "b'celery-taskset-meta-"


class Table:
    """Stands for boto3's client: it has one item at a time."""

    item = None

    def get_item(self, TableName, Key, **_):
        return {"Item": self.item} if self.item and self.item["id"] == Key["id"] else {}


table = Table()
DynamoDBBackend._get_client = lambda *_, **__: table
app = Celery("readitems", broker="memory://", backend="dynamodb://test:test@localhost/celery", set_as_current=True)


def with_bytes(item):
    return {name: {kind: base64.b64decode(value) if kind == "B" else value for kind, value in typed.items()}
            for name, typed in item.items()}


def read_task(key, item):
    result = AsyncResult(key[len(TASK):-1], app=app)
    state = result.state
    if "fin" in item and item["fin"]["S"] in ("SUCCESS", "FAILURE", "REVOKED"):
        assert state == item["fin"]["S"], f"the state is {state}, the worker has stored {item['fin']['S']}"
    value = result.result
    assert (state in ("FAILURE", "RETRY", "REVOKED")) == isinstance(value, BaseException) or value is None, repr(value)
    assert result.traceback is None or isinstance(result.traceback, str)
    for child in result.children or []:
        assert isinstance(child, (AsyncResult, GroupResult)), repr(child)
    return state


def read_group(key):
    group = GroupResult.restore(key[len(GROUP):-1], app=app)
    assert isinstance(group, GroupResult), repr(group)
    assert all(isinstance(member, (AsyncResult, GroupResult)) for member in group.results), repr(group.results)
    assert result_from_tuple(group.as_tuple(), app=app) == group
    return len(group.results)


counts = collections.Counter()
failures = []
with open(sys.argv[1]) as file:
    for key, stored in json.load(file):
        table.item = with_bytes(stored)
        try:
            if key.startswith(TASK):
                counts[read_task(key, table.item)] += 1
            elif key.startswith(GROUP):
                counts["groups"] += 1
                counts["members"] += read_group(key)
        except Exception:
            failures.append([key, traceback.format_exc()])
print(json.dumps({"counts": counts, "failures": failures}))
