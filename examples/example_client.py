"""Sends fibonacci(26) to a worker and prints the result, 121393.

    pip install 'celery[sqs]'
    npm run dev                       # in another terminal
    python examples/example_client.py
"""

from celery import Celery

app = Celery(
    broker="sqs://test:test@localhost:9324//",
    backend="dynamodb://test:test@localhost:8000/celery",
    broker_transport_options={"region": "us-east-1", "is_secure": False},
)

print(app.send_task("gwexample.analyses.tasks.fibonacci", args=(26,)).get(timeout=30))
