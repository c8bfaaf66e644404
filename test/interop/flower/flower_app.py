"""The tasks of `labtasks.py` on Redis, for a real Celery worker and a real Flower.

Environment variable: FLOWER_REDIS, the path of the socket of redis-server.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
# lab.py reads them; nothing is sent there.
os.environ.update(SQS_PORT="1", DYNAMODB_PORT="1")

from labtasks import app  # noqa: E402

redis = f"redis+socket://{os.environ['FLOWER_REDIS']}"
app.conf.update(
    broker_url=redis,
    result_backend=redis,
    broker_transport_options={},
    result_extended=True,
    broker_connection_retry_on_startup=True,
)
