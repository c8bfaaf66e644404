"""Runs functions on request. For each JSON line `{"run": "package.module.function"}` on standard input, it writes one
JSON line: `{"ok": true, "value": the return value}` or `{"ok": false, "error": the traceback}`.

Environment variables: SQS_PORT and DYNAMODB_PORT, the ports of the emulators.
"""

import importlib
import json
import os
import sys
import traceback

sys.path.insert(0, os.path.dirname(__file__))


def run(name):
    module, function = name.rsplit(".", 1)
    return getattr(importlib.import_module(module), function)()


answers = sys.stdout
sys.stdout = sys.stderr  # Text that a library prints must not mix with the answers.

for line in sys.stdin:
    try:
        answer = {"ok": True, "value": run(json.loads(line)["run"])}
    except BaseException:
        answer = {"ok": False, "error": traceback.format_exc()}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
