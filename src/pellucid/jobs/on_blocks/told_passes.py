"""Passes that tell how far they are: rows done, and the time that is left.

Notes: §2.5.6
"""

from __future__ import annotations

import time
from typing import Any, TypeVar, cast

from pellucid.data.blocks.passes import LocalPasses, Merge, Partial
from pellucid.data.blocks.source import Columns, RowBlocks
from pellucid.jobs.on_blocks.pass_record import PassRecord
from pellucid.notebook_progress import Say

S = TypeVar("S")
SECOND = 0.2  # between two messages


class ToldPasses:
    """Passes by threads of this machine, each told of by its name.

    Parameters
    ----------
    say : callable (stage, share done)
    rows : int
        All rows, about; 0 where nobody knows.
    record : PassRecord or None
        Where the passes are kept; those that an earlier run ended are not taken again.

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

    Notes: §2.5.6
    """

    def __init__(self, say: Say, rows: int, record: PassRecord | None = None) -> None:
        self.say, self.rows, self.record = say, rows, record
        self.stage, self.share, self.taken = "reading", (0.0, 1.0), 0
        self.notes: list[str] = []

    def next(self, stage: str, begin: float, end: float) -> None:
        """Name the passes that follow."""
        self.stage, self.share = stage, (begin, end)

    def reduce(
        self, source: RowBlocks, partial: Partial[S], merge: Merge[S], columns: Columns = None
    ) -> S:
        """`partial` of every tile, merged along the fixed tree."""
        self.taken += 1
        earlier: Any = None if self.record is None else self.record.found(self.taken)
        if earlier is not None:
            return cast(S, earlier)
        began = time.monotonic()
        told = began

        def seen(done: int) -> None:
            nonlocal told
            now = time.monotonic()
            if now - told >= SECOND:
                told = now
                self._tell(done, now - began)

        self._tell(0, 0.0)
        found = LocalPasses(None, seen).reduce(source, partial, merge, columns)
        if self.record is not None:
            self.record.keep(self.taken, found)
        return found

    def _tell(self, done: int, seconds: float) -> None:
        share = min(done / self.rows, 1.0) if self.rows else 0.0
        of = f" of {self.rows:,}" if self.rows else ""
        left = seconds * (1 / share - 1) if share > 0.01 else None
        tail = f", {time_left(left)} left in this pass" if left is not None else ""
        begin, end = self.share
        self.say(
            f"{self.stage} (pass {self.taken}): {done:,}{of} rows{tail}",
            begin + (end - begin) * share,
        )


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
