"""A real Celery worker with the tasks of `labtasks`: prints `ready`, and ends as soon as its standard input does.

usage: worker.py QUEUE[,QUEUE...]
"""

import os
import sys
import threading

from celery.signals import worker_ready
from labtasks import app

app.conf.update(
    accept_content=["json", "yaml", "msgpack"],
    # Else it pauses for a second between two looks, and while it waits at one queue it does not see the others.
    broker_transport_options={**app.conf.broker_transport_options, "polling_interval": 0.05, "wait_time_seconds": 0},
    result_extended=True,
    worker_enable_remote_control=False,
    # Else what is printed here goes to its log.
    worker_redirect_stdouts=False,
)


def end_with_input():
    """However the process goes that has started this one, its end of the pipe is closed."""
    sys.stdin.read()
    os._exit(0)


@worker_ready.connect
def tell(**_):
    print("ready", flush=True)


threading.Thread(target=end_with_input, daemon=True).start()
app.worker_main(["worker", "--pool=solo", "--queues", sys.argv[1], "--loglevel=WARNING", "--without-gossip"])
