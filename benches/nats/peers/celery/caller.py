"""`caller.py CALLS TASKS`: awaits calls one by one, then many at once."""

import statistics
import sys
import time

from celery.result import ResultSet
from tasks import add, app


def main():
    calls, tasks = map(int, sys.argv[1:])
    with app.producer_pool.acquire(block=True) as producer:

        def call(a, b):
            return add.apply_async((a, b), producer=producer)

        for _ in range(50):
            assert call(1, 2).get() == 3
        times = []
        for _ in range(calls):
            start = time.perf_counter()
            assert call(2**63 - 1, 1).get() == 2**63
            times.append(time.perf_counter() - start)
        print(f"round trip: {statistics.median(times) * 1e3:.3f} ms")

        start = time.perf_counter()
        results = ResultSet([call(number, 0) for number in range(tasks)])
        assert sum(results.join_native()) == tasks * (tasks - 1) // 2
        print(f"throughput: {tasks / (time.perf_counter() - start):.0f} tasks/s")


main()
