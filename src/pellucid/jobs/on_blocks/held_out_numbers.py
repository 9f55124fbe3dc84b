"""The numbers of the test rows, kept from the first pass: the test need not read all rows again.

They stand in memory where they take a small share of what the job may have, else in a file beside
the passes that are kept, which has no name and goes with the process.

Notes: §2.1.6, KE 35
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.jobs.on_blocks.number_columns import NumberColumn

Array = NDArray[np.float64]
MEMORY_SHARE = 0.1  # of the memory of the job, up to which they stay there
DISK_SHARE = 0.5  # of the free disk, up to which they are written


class HeldOutNumbers:
    """Columns of numbers of each tile's test rows.

    Parameters
    ----------
    memory : int
        Bytes up to which they stay in memory.
    folder : Path or None
        Where the file of more of them stands.

    Examples
    --------
    >>> held = HeldOutNumbers(1_000)
    >>> held.keep(0, ["x", "y"], [NumberColumn([np.array([1.0, 2.0, 3.0])], (0, 3))] * 2, [0, 2])
    >>> held.of(0)["y"].tolist(), held.is_of(1), held.is_of(2)
    ([1.0, 3.0], True, False)
    >>> held.close()

    Notes: §2.1.6
    """

    def __init__(self, memory: int, folder: Path | None = None) -> None:
        self.names: tuple[str, ...] = ()
        place = None if folder is None else str(folder)
        self._file: Any = SpooledTemporaryFile(memory, dir=place)  # noqa: SIM115 -- closed by `close`
        self._lock = threading.Lock()
        self._places: dict[int, tuple[int, int]] = {}  # where a tile begins, and its rows

    def keep(
        self, tile: int, names: Sequence[str], columns: Sequence[NumberColumn], rows: Any
    ) -> None:
        """Keep some rows of a tile; where that is not possible, nothing is kept."""
        rows = np.asarray(rows, dtype=np.intp)
        values = np.empty((len(columns), len(rows)))
        for line, column in zip(values, columns, strict=True):
            line[:] = column.at(rows)
        with self._lock:
            self.names = self.names or tuple(names)
            if self._file.closed or self.names != tuple(names):
                self._file.close()
                return
            try:
                self._places[tile] = self._file.seek(0, 2), len(rows)
                self._file.write(values)
            except OSError:  # a full disk
                self._file.close()

    def is_of(self, tiles: int) -> bool:
        """Whether the test rows of all of so many tiles are there."""
        return not self._file.closed and sorted(self._places) == list(range(tiles))

    def of(self, tile: int) -> dict[str, Array]:
        """The test rows of a tile, by column."""
        place, rows = self._places[tile]
        with self._lock:
            self._file.seek(place)
            found = self._file.read(8 * rows * len(self.names))
        return dict(
            zip(self.names, np.frombuffer(found).reshape(len(self.names), rows), strict=True)
        )

    def close(self) -> None:
        """Forget them."""
        self._file.close()


def room_for_held_out(size: float, memory: int, folder: Path | None) -> HeldOutNumbers | None:
    """Where so many bytes of test rows are kept; None where there is no room.

    Parameters
    ----------
    size : float
        Bytes, about.
    memory : int
        Bytes that the job may take.
    folder : Path or None
        Of the passes that are kept.

    Notes: §2.1.6
    """
    held = int(MEMORY_SHARE * memory)
    if size <= held / 2:  # half, for the number of rows is an estimate
        return HeldOutNumbers(held)
    if folder is None or size > DISK_SHARE * shutil.disk_usage(folder).free:
        return None
    return HeldOutNumbers(1, folder)
