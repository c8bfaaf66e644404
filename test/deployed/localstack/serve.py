"""Runs LocalStack 4.14, an emulator of AWS, on 127.0.0.1 and without Docker, until standard input ends. When it is ready, it
prints its port as a line.

LocalStack runs functions in Docker, downloads DynamoDB Local, and listens on all interfaces. Here functions run in
`functionHost.ts`, the table is in a DynamoDB Local that is running already, and only 127.0.0.1 is listened on.

Environment variables: FUNCTION_HOST_PORT, DYNAMODB_LOCAL_PORT, and those of LocalStack.
"""

import json
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


PORT = free_port()
os.environ.update(
    GATEWAY_LISTEN=f"127.0.0.1:{PORT}",
    LOCALSTACK_HOST=f"127.0.0.1:{PORT}",
    OVERRIDE_IN_DOCKER="0",
    DYNAMODB_IN_MEMORY="1",
    SERVICES="cloudformation,cloudwatch,dynamodb,iam,lambda,logs,s3,sns,sqs,sts",
    # It needs nothing from the network, and does not send statistics.
    DISABLE_EVENTS="1",
    SKIP_SSL_CERT_DOWNLOAD="1",
    DNS_ADDRESS="0",
)

from localstack.services.dynamodb.server import DynamodbServer  # noqa: E402 - it reads the environment when it is imported
from localstack.services.lambda_.invocation import execution_environment, runtime_executor, version_manager  # noqa: E402
from localstack.services.lambda_.invocation.lambda_models import InvocationResult  # noqa: E402
from localstack.services.lambda_ import provider as lambda_provider  # noqa: E402
from localstack.utils.threads import FuncThread  # noqa: E402
from twisted.internet import endpoints  # noqa: E402


class HostedFunction(runtime_executor.RuntimeExecutor):
    """An execution environment in the host of functions."""

    def call(self, method, body=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{os.environ['FUNCTION_HOST_PORT']}/{self.id}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise RuntimeError(error.read().decode()) from error

    def start(self, env_vars):
        config = self.function_version.config
        module, export = config.handler.rsplit(".", 1)
        settings = {
            "functionName": self.function_version.id.function_name,
            "file": f"{config.code.get_unzipped_code_location()}/{module}.mjs",
            "handler": export,
            "timeoutSeconds": config.timeout,
            "memoryMb": config.memory_size,
            "env": {name: str(value) for name, value in env_vars.items()},
        }
        self.call("PUT", settings)

    def stop(self):
        self.call("DELETE")

    def invoke(self, payload):
        answer = self.call("POST", json.loads(payload["payload"] or "null"))
        result = answer.get("error", answer.get("response"))
        return InvocationResult(payload["invoke-id"], json.dumps(result).encode(), "error" in answer, answer["log"])

    def get_address(self):
        return "127.0.0.1"

    def get_endpoint_from_executor(self):
        return "127.0.0.1"

    def get_runtime_endpoint(self):
        return f"http://127.0.0.1:{PORT}/_localstack_lambda/{self.id}"

    def get_logs(self):
        return ""

    @classmethod
    def prepare_version(cls, function_version):
        function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version):
        pass


for module in (execution_environment, version_manager, lambda_provider):
    module.get_runtime_executor = lambda: HostedFunction


def start_nothing(self):
    """Returns the thread of a server that runs already, at DYNAMODB_LOCAL_PORT."""
    thread = FuncThread(lambda *_: threading.Event().wait())
    thread.start()
    return thread


DynamodbServer.do_start_thread = start_nothing

listen = endpoints.TCP4ServerEndpoint.__init__


def listen_on_loopback(self, reactor, port, backlog=50, interface=""):
    listen(self, reactor, port, backlog, interface or "127.0.0.1")


endpoints.TCP4ServerEndpoint.__init__ = listen_on_loopback


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
    os.killpg(0, signal.SIGKILL)  # With its child processes.


os.setpgrp()
answers, sys.stdout = sys.stdout, sys.stderr  # LocalStack prints its log.
threading.Thread(target=print_port_when_ready, args=(answers,), daemon=True).start()
threading.Thread(target=end_with_input, daemon=True).start()

from localstack.runtime.main import main  # noqa: E402

main()
