"""Runs interop scenarios on demand: reads one JSON line `{"run": "package.module.function"}`, answers one JSON line:
`{"ok": true, "value": what the function returned}` or `{"ok": false, "error": traceback}`.

The environment says where the emulators are: SQS_PORT and DYNAMODB_PORT.
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
sys.stdout = sys.stderr  # what a library prints is no answer

for line in sys.stdin:
    try:
        answer = {"ok": True, "value": run(json.loads(line)["run"])}
    except BaseException:
        answer = {"ok": False, "error": traceback.format_exc()}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
