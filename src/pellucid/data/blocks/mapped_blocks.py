"""Blocks whose rows a fitted model transforms as they are read: what a pipeline passes on.

Notes: §2.5.6
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.data.blocks.row_batches import Rows, length
from pellucid.data.blocks.row_blocks import Columns, RowBlocks
from pellucid.data.blocks.tiles import tiles
from pellucid.errors import ShapeError


class MappedBlocks(RowBlocks):
    """Rows of arrays that a model's method answers for; what stands beside them stays.

    Rows are answered tile by tile, so that no bit depends on how they were cut.

    Parameters
    ----------
    source : RowBlocks
    model : estimator, fitted
    method : str

    Raises
    ------
    ShapeError
        When the blocks are tables, not arrays.

    Notes: §2.5.6
    """

    def __init__(self, source: RowBlocks, model: Any, method: str) -> None:
        self.source, self.model, self.method = source, model, method
        self.name = f"{source.name}, by {type(model).__name__}.{method}"
        first = next(iter(source.blocks()), ())
        if not isinstance(first, tuple) or not first:
            raise ShapeError(f"{type(model).__name__}.{method} takes blocks of arrays.")
        like = self._answered((first[0][:1], *first[1:]))
        width = like[0].shape[1] if like[0].ndim > 1 else 1
        self.names = tuple(f"x{i}" for i in range(width + len(first) - 1))

    @property
    def pieces(self) -> int:
        return 1

    def rows_of(self, at: int) -> int | None:
        return self.source.rows

    def piece(self, at: int, columns: Columns = None) -> Iterator[Rows]:
        for tile in tiles(self.source.blocks(), self.source.tile):
            if length(tile.rows):
                yield self._answered(tile.rows)

    def _answered(self, rows: Any) -> tuple[Any, ...]:
        return np.asarray(getattr(self.model, self.method)(rows[0])), *rows[1:]
