"""The worker of `worker.py`, with the instrumentation of `traced.py`.

usage: traced_worker.py QUEUE[,QUEUE...]
"""

import runpy

import traced  # noqa: F401

runpy.run_module("worker", run_name="__main__")
