"""A real Celery worker with the benchmark's tasks in Python. It prints `ready`, and ends with all processes of its process
group when its standard input ends.

usage: worker.py QUEUE prefork|solo defaults|tuned

Environment variables: BENCH_BROKER and BENCH_BACKEND, the URLs of the emulators.
"""

import os
import signal
import sys
import threading

from celery import Celery
from celery.signals import worker_ready

queue, pool, settings = sys.argv[1:]

app = Celery("benchtasks", broker=os.environ["BENCH_BROKER"], backend=os.environ["BENCH_BACKEND"])
transport = {"region": "us-east-1", "is_secure": False}
# By default the output of print() goes to the worker's log.
app.conf.update(
    broker_connection_retry_on_startup=True, task_default_queue=queue, worker_redirect_stdouts=False
)
options = []
if settings == "tuned":
    transport.update(polling_interval=0.01, wait_time_seconds=1)
    app.conf.update(worker_prefetch_multiplier=100, worker_enable_remote_control=False)
    options = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
app.conf.broker_transport_options = transport


@app.task(name="benchtasks.noop")
def noop():
    return None


@app.task(name="benchtasks.fibonacci")
def fibonacci_task(n):
    return fibonacci(n)


def fibonacci(n):
    """A plain function, because a call of the task itself costs Python far more than the computation."""
    return 1 if n <= 2 else fibonacci(n - 1) + fibonacci(n - 2)


def end_with_input():
    """Ends with the parent process: the pipe closes however the parent ends."""
    while os.read(0, 1024):  # Not sys.stdin: a process that is forked during a read would wait for its lock without end.
        pass
    os.killpg(0, signal.SIGKILL)


@worker_ready.connect
def print_ready(**_):
    print("ready", flush=True)


threading.Thread(target=end_with_input, daemon=True).start()
app.worker_main(["worker", f"--pool={pool}", "--concurrency=2", "--queues", queue, "--loglevel=WARNING", *options])
