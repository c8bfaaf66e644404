"""Runs MiniStack, an emulator of AWS, on 127.0.0.1 until standard input ends. When it is ready, it prints its port as a line.

IAM is enforced (AUTH=true): a function may do what its role permits. MiniStack looks for an action with the name of each API
call. AWS has no such actions for calls in batches, and this program adds what the Service Authorization Reference says of them:
a batch of SQS needs the action of the single call, and a batch of PartiQL statements the action of each statement. It prints
the calls that are refused.
"""

import json
import os
import re
import signal
import socket
import sys
import threading
import time
import urllib.request


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


PORT = free_port()
os.environ.update(BIND_HOST="127.0.0.1", GATEWAY_PORT=str(PORT), AUTH="true")

import ministack.app  # noqa: E402 - it reads the environment when it is imported
import ministack.core.iam_actions as iam_actions  # noqa: E402
import ministack.core.iam_evaluator as iam_evaluator  # noqa: E402
import ministack.core.lambda_runtime as lambda_runtime  # noqa: E402
import ministack.services.lambda_svc as lambda_svc  # noqa: E402

SINGLE_CALLS = {f"sqs:{name}Batch": f"sqs:{name}" for name in ("SendMessage", "DeleteMessage", "ChangeMessageVisibility")}
STATEMENT = re.compile(r"""\s*(insert\s+into|update|delete\s+from|select\b.*?\bfrom)\s+["']?([\w.-]+)""", re.IGNORECASE | re.DOTALL)
extract_iam_action = iam_actions.extract_iam_action
dynamodb_transaction_checks = iam_actions.dynamodb_transaction_checks


def action_of_call(*request):
    action = extract_iam_action(*request)
    return SINGLE_CALLS.get(action, action)


def checks_of_items(action, body, region, account):
    """Returns an action and the ARN of its table for each statement of a batch."""
    if action not in ("dynamodb:BatchExecuteStatement", "dynamodb:ExecuteStatement"):
        return dynamodb_transaction_checks(action, body, region, account)
    request = json.loads(body)
    checks = []
    for statement in request.get("Statements", [request]):
        verb, table = STATEMENT.match(statement["Statement"]).groups()
        name = verb.split()[0].capitalize()
        checks.append((f"dynamodb:PartiQL{name}", f"arn:aws:dynamodb:{region}:{account}:table/{table}"))
    return checks


enforce = iam_evaluator.enforce


def enforce_and_print(access_key, action, *context, **more):
    refusal = enforce(access_key, action, *context, **more)
    if refusal is not None:
        print(f"Refused by IAM: {action} {more.get('resource_arn')}: {refusal}", file=sys.stderr, flush=True)
    return refusal


iam_evaluator.enforce = enforce_and_print
iam_actions.extract_iam_action = action_of_call
iam_actions.dynamodb_transaction_checks = checks_of_items

kill_workers = lambda_runtime.kill_workers
invalidate_worker = lambda_runtime.invalidate_worker
replacing = threading.local()


def kill_when_idle(workers):
    """An update of a function does not end its invocations, which go on with the code before it. MiniStack would kill them."""
    if not getattr(replacing, "function", False):
        return kill_workers(workers)

    def wait_and_kill(longest=60):
        deadline = time.monotonic() + longest
        while any(worker.in_use for worker in workers) and time.monotonic() < deadline:
            time.sleep(0.1)
        kill_workers(workers)

    threading.Thread(target=wait_and_kill, daemon=True).start()


def replace_function(*arguments, **options):
    replacing.function = True
    try:
        invalidate_worker(*arguments, **options)
    finally:
        replacing.function = False


lambda_runtime.kill_workers = kill_when_idle
lambda_svc.invalidate_worker = replace_function


def print_port_when_ready(answers):
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/_localstack/health", timeout=1).close()
            break
        except OSError:
            time.sleep(0.05)
    print(PORT, file=answers, flush=True)


def end_with_input():
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)  # The functions, too. MiniStack itself would wait for the requests that are open.


os.setpgrp()
answers, sys.stdout = sys.stdout, sys.stderr  # MiniStack prints its log.
threading.Thread(target=print_port_when_ready, args=(answers,), daemon=True).start()
threading.Thread(target=end_with_input, daemon=True).start()
sys.argv[1:] = []
ministack.app.main()
