"""Work on items by threads, with the results in the items' order and few of them waiting.

Notes: §2.5.6
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from pellucid.data.blocks.passes import Prefetch
from pellucid.threads import one_blas_thread, threads

Item = TypeVar("Item")
Made = TypeVar("Made")
AHEAD = 2  # items read before they are asked for


def ordered_map(
    items: Iterator[Item], job: Callable[[Item], Made], workers: int | None = None
) -> Iterator[Made]:
    """What a function makes of each item, in order, by threads; the next items are read meanwhile.

    Examples
    --------
    >>> list(ordered_map(iter([1, 2, 3]), lambda v: v * v))
    [1, 4, 9]

    Notes: §2.5.6
    """
    count = workers or threads()
    read = Prefetch(items, AHEAD)
    with one_blas_thread(1), read, ThreadPoolExecutor(count) as pool:
        waiting: deque[Future[Made]] = deque()
        for item in read:
            waiting.append(pool.submit(job, item))
            del item
            if len(waiting) > count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
