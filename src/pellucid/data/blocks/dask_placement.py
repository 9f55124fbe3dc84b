"""Which worker takes which partition: one that keeps it, so that rows stay where they are.

Notes: §2.5.6
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pellucid.data.blocks.dask_blocks import DaskBlocks


def keepers(client: Any, source: DaskBlocks) -> list[list[str]]:
    """Addresses of the workers that keep what each partition is computed from; none if lazy."""
    futures = [future for several in source.kept for future in several]
    where: Mapping[Any, Sequence[str]] = client.who_has(futures) if futures else {}
    return [
        _keepers_of_all([where.get(future.key, ()) for future in several])
        for several in source.kept
    ]


def _keepers_of_all(places: Sequence[Sequence[str]]) -> list[str]:
    if not places:
        return []
    return [each for each in places[0] if all(each in others for others in places)]


def place(
    kept_by: Sequence[Sequence[str]], work: Sequence[int], threads: Mapping[str, int]
) -> list[str | None]:
    """The worker of each unit of work, or None everywhere if Dask had better choose.

    A unit goes to a worker that keeps its rows, to the least busy if several do. Dask chooses where
    nobody keeps a unit's rows, or where one worker keeps so much that moving some would pay: more
    than its share and a unit besides, which no order of whole units can promise to avoid.

    Parameters
    ----------
    kept_by : sequence of sequences of str
        Addresses of workers, for each unit.
    work : sequence of int
        Rows of each unit.
    threads : mapping of str to int
        How many threads each worker has.

    Examples
    --------
    >>> place([["a"], ["b"], ["a", "b"]], [10, 10, 10], {"a": 1, "b": 1})
    ['a', 'b', 'a']
    >>> place([["a"], ["a"], ["a"]], [10, 10, 10], {"a": 1, "b": 1})
    [None, None, None]

    Notes: §2.5.6
    """
    nobody: list[str | None] = [None] * len(work)
    choices = [[each for each in several if each in threads] for several in kept_by]
    if not all(choices):
        return nobody
    load = dict.fromkeys(threads, 0.0)
    placed = list(nobody)
    for at in sorted(range(len(work)), key=lambda at: len(choices[at])):
        worker = min(choices[at], key=lambda each: load[each] / threads[each])
        load[worker] += work[at]
        placed[at] = worker
    share = sum(work) / sum(threads.values())
    most = max((load[each] / threads[each] for each in threads), default=0.0)
    return placed if most <= share + max(work, default=0) else nobody
