"""The worker's side: the function, and settings for speed rather than durability."""

import os

from celery import Celery

app = Celery("peer", broker=os.environ["REDIS_URL"], backend=os.environ["REDIS_URL"])
app.conf.update(
    # As the function needs it; all others are defaults.
    broker_connection_retry_on_startup=True,
    # Tasks are short, so a process takes many at once.
    worker_prefetch_multiplier=64,
)


@app.task
def add(a, b):
    return a + b
