"""redis-server, a real Celery worker and a real Flower that watches it. Prints Flower's port when it is ready, and ends all
of them when its standard input ends.

usage: flower_stack.py PASSWORD
"""

import base64
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

here = os.path.dirname(os.path.abspath(__file__))
password = sys.argv[1]
TIMEOUT = 60
PR_SET_PDEATHSIG = 1


def end_with_parent():
    """Runs in a new process: the kernel kills it when this one ends, however it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def start(*command, **variables):
    environment = {**os.environ, "PYTHONPATH": here, "C_FORCE_ROOT": "1", **variables}
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr, preexec_fn=end_with_parent
    )


def until(holds, what):
    deadline = time.monotonic() + TIMEOUT
    while not holds():
        if time.monotonic() > deadline or any(process.poll() is not None for process in processes):
            raise SystemExit(f"{what} did not happen within {TIMEOUT} s")
        time.sleep(0.1)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def workers():
    """Returns the workers that Flower knows, with the replies to its requests."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/workers?refresh=1")
    request.add_header("Authorization", "Basic " + base64.b64encode(f"user:{password}".encode()).decode())
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            return json.load(answer)
    except OSError:
        return {}


folder = tempfile.mkdtemp(prefix="flower-")
redis = os.path.join(folder, "redis.sock")
processes = []
try:
    port = free_port()
    processes.append(start("redis-server", "--port", "0", "--unixsocket", redis, "--save", "", "--dir", folder))
    until(lambda: os.path.exists(redis), "The start of redis-server")
    celery = (sys.executable, "-m", "celery", "-A", "flower_app")
    processes.append(
        start(*celery, "worker", "-E", "-c", "1", "--loglevel=WARNING", "--without-gossip", FLOWER_REDIS=redis)
    )
    address = ("--address=127.0.0.1", f"--port={port}", f"--basic-auth=user:{password}")
    processes.append(start(*celery, "flower", *address, FLOWER_REDIS=redis))
    until(lambda: any("stats" in info for info in workers().values()), "A worker in Flower")
    print(port, flush=True)
    sys.stdin.read()
finally:
    for process in reversed(processes):
        process.terminate()
    for process in processes:
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.kill()
    shutil.rmtree(folder, ignore_errors=True)
