"""Columns of numbers of a tile as they lie in memory: read where they stand, not copied.

Notes: §2.5.6
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pellucid.data.blocks.tiles import Tile

Array = NDArray[np.float64]


@dataclass(frozen=True)
class NumberColumn:
    """The numbers of a column, none missing, in the pieces in which they were read.

    Parameters
    ----------
    pieces : sequence of ndarray
    edges : sequence of int
        Where each begins, and how many numbers there are.

    Examples
    --------
    >>> column = NumberColumn([np.array([1.0, 2.0]), np.array([3.0])], (0, 2, 3))
    >>> column.between(1, 3).tolist(), column.at(np.array([0, 2])).tolist()
    ([2.0, 3.0], [1.0, 3.0])

    Notes: §2.5.6
    """

    pieces: Sequence[NDArray[Any]]
    edges: Sequence[int]

    def between(self, start: int, stop: int) -> Array:
        """The numbers from `start` up to `stop`: a view of them where they are in one piece."""
        at = bisect_right(self.edges, start) - 1
        first, end, piece = self.edges[at], self.edges[at + 1], self.pieces[at]
        here = np.asarray(piece[start - first : stop - first], np.float64)
        return here if stop <= end else np.concatenate([here, self.between(end, stop)])

    def at(self, rows: NDArray[np.intp]) -> Array:
        """The numbers of some rows, which are in order."""
        if len(self.pieces) == 1:
            return np.asarray(self.pieces[0].take(rows), np.float64)
        cuts = np.searchsorted(rows, self.edges)
        parts = [
            piece.take(rows[cuts[i] : cuts[i + 1]] - self.edges[i])
            for i, piece in enumerate(self.pieces)
        ]
        return np.asarray(np.concatenate(parts), np.float64)


def number_column(tile: Tile, name: str) -> NumberColumn:
    """A column of a tile of tables that holds numbers, none of them missing."""
    table: Any = tile.rows
    pieces = [chunk.to_numpy() for chunk in table[name].chunks if len(chunk)]
    return NumberColumn(pieces, (0, *accumulate(map(len, pieces))))


def number_columns(rows: Any) -> list[str]:
    """Names of the columns of a table that hold numbers, none of them missing."""
    assert isinstance(rows, pa.Table)
    return [
        field.name
        for field in rows.schema
        if pa.types.is_floating(field.type) or pa.types.is_integer(field.type)
        if not rows[field.name].null_count
    ]
