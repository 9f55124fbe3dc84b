"""A source of row blocks: replayable, in a fixed order, a piece at a time.

Notes: §2.1.3, §2.5.6
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pellucid.data.blocks.row_batches import Rows, length, slice_rows
from pellucid.data.blocks.tiles import tile_rows
from pellucid.errors import ColumnError, TableError

Columns = Sequence[str] | None


class RowBlocks(ABC):
    """Abstract: rows in a fixed order, in pieces that can be read again and again.

    Attributes
    ----------
    name : str
        For messages.
    names : tuple of str
        Columns.
    typed : bool
        Whether the source itself marks missing values, so that the text "NA" is text.
    in_memory : bool
        Whether its rows are there already: nobody needs to read ahead.

    Notes: §2.1.3
    """

    name: str
    names: tuple[str, ...]
    typed: bool = True
    in_memory: bool = False

    @property
    @abstractmethod
    def pieces(self) -> int:
        """How many pieces there are."""

    @abstractmethod
    def piece(self, at: int, columns: Columns = None) -> Iterator[Rows]:
        """The blocks of a piece, in order; of some columns only where they are named."""

    def rows_of(self, at: int) -> int | None:
        """How many rows a piece has, where that is known without reading it."""
        return None

    @property
    def origin(self) -> RowBlocks:
        """The source whose pieces these are, where they are only cut into other tiles."""
        return self

    @property
    def tile(self) -> int:
        """Rows of a tile."""
        return tile_rows(len(self.names))

    @property
    def rows(self) -> int | None:
        """How many rows there are, where that is known."""
        counts = [self.rows_of(at) for at in range(self.pieces)]
        return None if None in counts else sum(c for c in counts if c is not None)

    def blocks(self, columns: Columns = None) -> Iterator[Rows]:
        """All blocks, in order."""
        for at in range(self.pieces):
            yield from self.piece(at, columns)


def select_columns(table: pa.Table, columns: Columns) -> pa.Table:
    """The table, or the columns of it that are named."""
    return table if columns is None else table.select(list(columns))


class MemoryBlocks(RowBlocks):
    """A table or arrays in memory, cut into pieces of so many rows.

    Parameters
    ----------
    data : pa.Table or tuple of ndarray
    cut : int or sequence of int
        Rows of a piece, or of each piece in turn.
    name : str

    Notes: §2.1.3
    """

    in_memory = True

    def __init__(
        self,
        data: Rows,
        cut: int | Sequence[int] = 1 << 16,
        *,
        name: str = "a table in memory",
        typed: bool = True,
    ) -> None:
        self.data, self.name, self.typed = data, name, typed
        n = length(data)
        steps = [cut] * (-(-n // cut)) if isinstance(cut, int) else list(cut)
        self.edges = np.minimum(np.cumsum([0, *steps, *([n] if sum(steps) < n else [])]), n)
        self.names = column_names(data)

    @property
    def pieces(self) -> int:
        return len(self.edges) - 1

    def rows_of(self, at: int) -> int:
        return int(self.edges[at + 1] - self.edges[at])

    def piece(self, at: int, columns: Columns = None) -> Iterator[Rows]:
        rows = slice_rows(self.data, int(self.edges[at]), int(self.edges[at + 1]))
        yield rows if isinstance(rows, tuple) else select_columns(rows, columns)


def column_names(rows: Rows) -> tuple[str, ...]:
    """Names of the columns; arrays have numbers for them."""
    if isinstance(rows, tuple):
        width = sum(each.shape[1] if each.ndim > 1 else 1 for each in rows)
        return tuple(f"x{i}" for i in range(width))
    return tuple(rows.column_names)


class CalledBlocks(RowBlocks):
    """Frames that a function gives, each time it is called the same ones in the same order.

    Parameters
    ----------
    call : callable () -> iterable of frames
        Data frames, Arrow tables or 2-D arrays with the same columns.

    Raises
    ------
    TableError
        When it gives no frame.

    Notes: §2.1.3
    """

    def __init__(self, call: Callable[[], Any]) -> None:
        self.call = call
        self.name = f"the frames of {getattr(call, '__name__', 'a function')}()"
        first = next(iter(call()), None)
        if first is None:
            raise TableError(f"{self.name}: the function gave no frame.")
        self.names = tuple(as_table(first).column_names)

    @property
    def pieces(self) -> int:
        return 1

    def piece(self, at: int, columns: Columns = None) -> Iterator[Rows]:
        for number, frame in enumerate(self.call(), 1):
            table = as_table(frame)
            absent = [name for name in self.names if name not in table.column_names]
            if absent:
                raise ColumnError(
                    f"{self.name}: frame {number} lacks the column {absent[0]!r} that the first "
                    "one has."
                )
            yield table.select(list(self.names if columns is None else columns))


def as_table(frame: Any) -> pa.Table:
    """A frame of any kind as a table of Arrow."""
    from pellucid.data.sources.any_source import read_source

    return read_source(frame).table


def array_blocks(*arrays: NDArray[Any], cut: int | Sequence[int] = 1 << 16) -> MemoryBlocks:
    """Arrays of equal length, side by side, as blocks.

    Examples
    --------
    >>> array_blocks(np.zeros((5, 2)), np.zeros(5), cut=2).pieces
    3

    Notes: §2.1.3
    """
    return MemoryBlocks(tuple(arrays), cut, name="arrays in memory")
