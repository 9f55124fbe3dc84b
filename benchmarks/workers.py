"""One worker of a Dask cluster against two, on a k-means whose passes are nearly all arithmetic.

The means must be the same to the last bit. Beside it stands what the machine gives: the same pass
over the same rows by one process, and by two that know nothing of each other.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import time
import warnings
from typing import Any

for limit in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[limit] = "1"
import numpy as np  # noqa: E402

from pellucid import KMeans  # noqa: E402
from pellucid.data.blocks.row_blocks import array_blocks  # noqa: E402
from pellucid.errors import ConvergenceWarning  # noqa: E402

D, CYCLES, ALONE = 16, 10, 4

# Each process of Dask looks at itself a hundred times a second and more: its profiler, its event
# loop, its memory. On two cores that are both at work, these looks take an eighth of both.
QUIET = {
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.monitor-interval": "5s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.tick.interval": "1s",
}
# A rebalance moves partitions when memory is scarce; here it is to give each worker as many.
EVEN = {
    "distributed.worker.memory.rebalance.measure": "managed",
    "distributed.worker.memory.rebalance.sender-min": 0.0,
    "distributed.worker.memory.rebalance.sender-recipient-gap": 0.001,
}


def by_workers(
    count: int, n: int, k: int, part: int, settings: dict[str, Any]
) -> tuple[float, bytes]:
    """Seconds of a fit by so many workers, and the bits of its means."""
    import dask
    import dask.array as da
    from distributed import Client, LocalCluster, wait

    start = np.random.default_rng(0).normal(size=(k, D))
    options: dict[str, Any] = {"processes": True, "dashboard_address": None}
    with (
        dask.config.set(settings),
        LocalCluster(n_workers=count, threads_per_worker=1, **options) as cluster,
        Client(cluster) as client,
    ):
        rows = da.random.RandomState(1).normal(size=(n, D), chunks=(part, D)).persist()
        wait(rows)
        client.rebalance(rows)
        KMeans(k, init=start, max_iter=1, tol=0.0).fit(rows)  # what is compiled is compiled
        began = time.perf_counter()
        found = KMeans(k, init=start, max_iter=CYCLES, tol=0.0).fit(rows)
        return time.perf_counter() - began, found.cluster_centers_.tobytes()


def _alone(k: int, part: int, ready: Any, told: Any) -> None:
    warnings.simplefilter("ignore", ConvergenceWarning)
    rows = np.random.default_rng(1).normal(size=(part, D))
    fit = KMeans(k, init=rows[:k], max_iter=1, tol=0.0)
    blocks = array_blocks(rows)
    fit.fit(blocks)
    ready.wait()
    began = time.perf_counter()
    for _ in range(ALONE):
        fit.fit(blocks)
    told.put(time.perf_counter() - began)


def throughput(k: int, part: int) -> float:
    """Work that two processes do in the time of one, over that of one."""
    seconds = []
    for count in (1, 2):
        ready, told = multiprocessing.Barrier(count), multiprocessing.Queue()
        several = [
            multiprocessing.Process(target=_alone, args=(k, part, ready, told))
            for _ in range(count)
        ]
        for each in several:
            each.start()
        seconds.append(max(told.get() for _ in several))
        for each in several:
            each.join()
    return 2 * seconds[0] / seconds[1]


def main() -> None:
    """Print a line a round, and the ratio of medians."""
    warnings.simplefilter("ignore", ConvergenceWarning)  # the cycles are counted out
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1 << 23)
    parser.add_argument("--part", type=int, default=1 << 20, help="rows of a partition")
    parser.add_argument("--means", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--watched", action="store_true", help="leave Dask's looks as they come")
    asked = parser.parse_args()
    seconds: dict[int, list[float]] = {1: [], 2: []}
    gained = []
    settings = EVEN if asked.watched else EVEN | QUIET
    for _ in range(asked.rounds):
        bits = set()
        for count in seconds:
            took, found = by_workers(count, asked.rows, asked.means, asked.part, settings)
            seconds[count].append(took)
            bits.add(found)
        assert len(bits) == 1, "two workers gave other bits than one"
        gained.append(throughput(asked.means, 1 << 17))
        one, two = seconds[1][-1], seconds[2][-1]
        print(
            f"{one:.1f} s, {two:.1f} s: {one / two:.2f}×; processes alone {gained[-1]:.2f}×",
            flush=True,
        )
    ratio = statistics.median(seconds[1]) / statistics.median(seconds[2])
    print(f"{ratio:.2f}×; processes alone {statistics.median(gained):.2f}×")


if __name__ == "__main__":
    main()
