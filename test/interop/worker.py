"""A real Celery worker with the tasks of `labtasks`. It prints `ready`, and exits when its standard input ends.

usage: worker.py QUEUE[,QUEUE...]
"""

import os
import sys
import threading

from celery.signals import worker_ready
from labtasks import app

app.conf.update(
    accept_content=["json", "yaml", "msgpack"],
    # By default the worker pauses for a second between two polls, and a long poll of one queue delays the other queues.
    broker_transport_options={**app.conf.broker_transport_options, "polling_interval": 0.05, "wait_time_seconds": 0},
    result_extended=True,
    worker_enable_remote_control=False,
    # By default the output of print() goes to the worker's log.
    worker_redirect_stdouts=False,
)


def end_with_input():
    """Exits with the parent process: the pipe closes however the parent ends."""
    sys.stdin.read()
    os._exit(0)


@worker_ready.connect
def print_ready(**_):
    print("ready", flush=True)


threading.Thread(target=end_with_input, daemon=True).start()
app.worker_main(["worker", "--pool=solo", "--queues", sys.argv[1], "--loglevel=WARNING", "--without-gossip"])
