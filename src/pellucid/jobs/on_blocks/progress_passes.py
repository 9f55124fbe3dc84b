"""Passes of a job: by this machine or a cluster; they tell rows done, and the time that is left.

Notes: §2.5.6
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from pellucid.data.blocks.dask_blocks import DaskBlocks
from pellucid.data.blocks.dask_client import active_client, client_at
from pellucid.data.blocks.dask_passes import DaskPasses
from pellucid.data.blocks.passes import LocalPasses, Merge, Partial
from pellucid.data.blocks.row_blocks import Columns, RowBlocks
from pellucid.data.blocks.size_estimates import estimated_rows
from pellucid.evaluation.deadline import Deadline, TimeLimitReached
from pellucid.jobs.on_blocks.memory_budget import MemoryBudget
from pellucid.jobs.on_blocks.pass_checkpoints import PassCheckpoints
from pellucid.notebook_progress import Progress

S = TypeVar("S")
SECOND = 0.2  # between two messages


class ProgressPasses:
    """Passes by threads of this machine, or by workers of a cluster, each told of by its name.

    Parameters
    ----------
    progress : callable (stage, share done)
    rows : int
        All rows, about; 0 where nobody knows.
    record : PassCheckpoints or None
        Where the passes are kept; those that an earlier run ended are not taken again.
    client : distributed.Client or None
        Of the cluster whose workers take them.

    Attributes
    ----------
    stage : str
        What the next pass is for.
    share : tuple of float
        Where it begins and ends in the whole job.
    taken : int
        Passes so far.
    notes : list of str
        What a fit used besides whole passes.
    until : Deadline or None
        When a pass is left in its middle, with `TimeLimitReached`.
    slowest : float
        Seconds that a pass takes at most, about.

    Notes: §2.5.6
    """

    def __init__(
        self,
        progress: Progress,
        rows: int,
        record: PassCheckpoints | None = None,
        client: Any = None,
    ) -> None:
        self.progress, self.rows, self.record = progress, rows, record
        self.cluster = None if client is None else DaskPasses(client, self._seen)
        self.stage, self.share, self.taken = "reading", (0.0, 1.0), 0
        self.notes: list[str] = []
        self.until: Deadline | None = None
        self.slowest = 0.0

    def next(self, stage: str, start: float, end: float) -> None:
        """Name the passes that follow."""
        self.stage, self.share = stage, (start, end)

    def reduce(
        self, source: RowBlocks, partial: Partial[S], merge: Merge[S], columns: Columns = None
    ) -> S:
        """`partial` of every tile, merged along the fixed tree."""
        self.taken += 1
        earlier: Any = None if self.record is None else self.record.found(self.taken)
        if earlier is not None:
            return cast(S, earlier)
        self._began = self._told = time.monotonic()
        self._tell(0, 0.0)
        passes = self.cluster or LocalPasses(None, self._seen)
        found = passes.reduce(source, partial, merge, columns)
        if self.record is not None:
            self.record.keep(self.taken, found)
        return found

    def _seen(self, done: int) -> None:
        if self.until is not None and self.until.passed:
            raise TimeLimitReached
        now = time.monotonic()
        if now - self._told >= SECOND:
            self._told = now
            self._tell(done, now - self._began)

    def _tell(self, done: int, seconds: float) -> None:
        share = min(done / self.rows, 1.0) if self.rows else 0.0
        of = f" of {self.rows:,}" if self.rows else ""
        left = seconds * (1 / share - 1) if share > 0.01 else None
        tail = f", {time_left(left)} left in this pass" if left is not None else ""
        begin, end = self.share
        self.progress(
            f"{self.stage} (pass {self.taken}): {done:,}{of} rows{tail}",
            begin + (end - begin) * share,
        )


@contextmanager
def passes_over(
    source: RowBlocks, room: MemoryBudget, progress: Progress, record: PassCheckpoints | None = None
) -> Iterator[ProgressPasses]:
    """Passes by the cluster that is named; over a collection of Dask by the active one; or here.

    Raises
    ------
    ClusterError
        When the cluster that is named does not answer.

    Notes: §2.5.6
    """
    rows = estimated_rows(source)
    if room.cluster is None:
        client = active_client() if isinstance(source, DaskBlocks) else None
        yield ProgressPasses(progress, rows, record, client)
        return
    progress(f"asking the cluster at {room.cluster}", 0.0)
    with client_at(room.cluster) as client:
        yield ProgressPasses(progress, rows, record, client)


def time_left(seconds: float) -> str:
    """A length of time as a person says it.

    Examples
    --------
    >>> time_left(42.4), time_left(130), time_left(7_300)
    ('42 s', '2 min', '2.0 h')
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6_000 else f"{seconds / 3_600:.1f} h"
