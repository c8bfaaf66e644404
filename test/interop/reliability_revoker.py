"""Celery's client. Prints `ready`, then revokes the task of each id that it reads, and prints `revoked`."""

import sys

from lab import app

revoke = app.control.revoke  # Its import takes a while.
print("ready", flush=True)
for line in sys.stdin:
    revoke(line.strip())
    print("revoked", flush=True)
