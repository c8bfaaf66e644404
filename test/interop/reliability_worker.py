"""A real Celery worker with the tasks of `test/fixtures/plugins/workertasks`. It prints `ready`, and exits when its standard input ends.

usage: reliability_worker.py QUEUE[,QUEUE...]
"""

import os
import sys
import threading
import time

from celery.signals import worker_ready
from lab import app

# By default the worker pauses for a second between two polls.
app.conf.update(
    broker_transport_options={**app.conf.broker_transport_options, "polling_interval": 0.05, "wait_time_seconds": 0},
    worker_redirect_stdouts=False,
)


def leave_trace(file, seconds):
    """Appends a line to the file. The first run then takes this time, later ones end immediately. Returns the number of lines."""
    with open(file, "a") as trace:
        trace.write(f"{time.time() * 1000:.0f}\n")
    with open(file) as trace:
        runs = len(trace.readlines())
    if runs == 1:
        time.sleep(seconds)
    return runs


@app.task(name="workertasks.at_most_once")
def at_most_once(file, seconds):
    return leave_trace(file, seconds)


@app.task(name="workertasks.traced", acks_late=True, reject_on_worker_lost=True)
def traced(file, seconds):
    return leave_trace(file, seconds)


def end_with_input():
    """Exits with the parent process: the pipe closes however the parent ends."""
    sys.stdin.read()
    os._exit(0)


@worker_ready.connect
def print_ready(**_):
    print("ready", flush=True)


threading.Thread(target=end_with_input, daemon=True).start()
app.worker_main(
    ["worker", "--pool=threads", "--concurrency=8", "--queues", sys.argv[1], "--loglevel=WARNING", "--without-gossip"]
)
