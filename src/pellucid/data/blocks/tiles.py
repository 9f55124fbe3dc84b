"""Tiles: the same runs of rows however a source is cut; what sums are taken over.

A tile's rows follow from their places alone, so a sum over tiles has the same bits for files of any
size, partitions of any size, and any number of workers.

Notes: §2.5.6
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pellucid.data.blocks.hashed_splits import Places, row_numbers
from pellucid.data.blocks.row_batches import Rows, concatenate_rows, length, slice_rows

NUMBERS = 1 << 21  # of a tile: 16 MB
MOST, FEWEST = 1 << 16, 1 << 9  # rows


@dataclass(frozen=True)
class Tile:
    """Rows that stand next to one another in the source.

    Parameters
    ----------
    number : int
        From 0.
    first : int
        The place of its first row.
    rows : Rows
    """

    number: int
    first: int
    rows: Rows

    @property
    def places(self) -> Places:
        """The place of each row."""
        return row_numbers(self.first, length(self.rows))


def tile_rows(width: int) -> int:
    """Rows of a tile in a source of so many columns: a power of two.

    Examples
    --------
    >>> tile_rows(20), tile_rows(1_000)
    (65536, 2048)

    Notes: §2.5.6
    """
    by_width = 1 << (max(NUMBERS // max(width, 1), 1).bit_length() - 1)
    return max(FEWEST, min(MOST, by_width))


def tiles(blocks: Iterable[Rows], size: int, first: int = 0) -> Iterator[Tile]:
    """The blocks' rows again, as tiles.

    Parameters
    ----------
    blocks : iterable of Rows
        In the order of the source.
    size : int
        Rows of a tile.
    first : int
        Place of the first row; what comes before the first whole tile is another's.

    Notes: §2.5.6
    """
    number = -(-first // size)
    skip = number * size - first
    waiting: list[Rows] = []
    held = 0
    for block in blocks:
        n = length(block)
        at = min(skip, n)
        skip -= at
        while at < n:
            stop = min(n, at + size - held)
            waiting.append(slice_rows(block, at, stop))
            held += stop - at
            at = stop
            if held == size:
                yield Tile(number, number * size, concatenate_rows(waiting))
                number, waiting, held = number + 1, [], 0
    if held:
        yield Tile(number, number * size, concatenate_rows(waiting))
