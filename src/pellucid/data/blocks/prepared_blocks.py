"""Blocks of numbers made of blocks of a table: each worker prepares the tile it works on.

Notes: §2.5.6
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from pellucid.data.blocks.passes import Merge, Partial, Passes
from pellucid.data.blocks.row_batches import Rows
from pellucid.data.blocks.row_blocks import Columns, RowBlocks
from pellucid.data.blocks.tiles import Tile, tile_rows, tiles

S = TypeVar("S")
Prepare = Callable[[Tile], Rows]


class PreparedBlocks(RowBlocks):
    """What a function makes of the tiles of a source, as blocks of as many rows.

    Parameters
    ----------
    source : RowBlocks
    prepare : callable Tile -> Rows
        Pure: rows of a tile of the source as arrays side by side.
    columns : sequence of str or None
        Those of the source that it needs.
    width : int
        Columns of what it makes: wide rows are taken fewer at a time.
    passes : Passes
        Who goes over the source.

    Notes: §2.5.6
    """

    def __init__(
        self, source: RowBlocks, prepare: Prepare, columns: Columns, width: int, passes: Passes
    ) -> None:
        self.source, self.prepare, self.columns = source, prepare, columns
        self.name, self.names = source.name, tuple(f"x{i}" for i in range(width))
        self.passes = PreparedPasses(passes)

    @property
    def tile(self) -> int:
        return tile_rows(max(len(self.names), len(self.columns or self.source.names)))

    @property
    def pieces(self) -> int:
        return 1

    def piece(self, at: int, columns: Columns = None) -> Iterator[Rows]:
        for tile in tiles(self.source.blocks(self.columns), self.tile):
            yield self.prepare(tile)

    def with_tile(self, size: int) -> RowBlocks:
        """The source, cut into tiles of so many rows."""
        return _Cut(self.source, size)


class PreparedPasses:
    """Passes over prepared blocks: the tile is prepared by the worker that takes it.

    Parameters
    ----------
    passes : Passes
        Those over the source.

    Notes: §2.5.6
    """

    def __init__(self, passes: Passes) -> None:
        self.passes, self.taken = passes, 0
        self.notes: list[str] = []

    def reduce(
        self, source: RowBlocks, partial: Partial[S], merge: Merge[S], columns: Columns = None
    ) -> S:
        """`partial` of every prepared tile, merged along the fixed tree."""
        self.taken += 1
        if not isinstance(source, PreparedBlocks):
            return self.passes.reduce(source, partial, merge, columns)

        prepare = source.prepare  # alone: what takes the passes does not go to other processes

        def prepared(tile: Tile) -> S:
            return partial(Tile(tile.number, tile.first, prepare(tile)))

        cut = source.with_tile(source.tile)
        return self.passes.reduce(cut, prepared, merge, source.columns)


class _Cut(RowBlocks):
    """A source with tiles of another size."""

    def __init__(self, source: RowBlocks, size: int) -> None:
        self.source, self.size = source, size
        self.name, self.names, self.typed = source.name, source.names, source.typed

    @property
    def origin(self) -> RowBlocks:
        return self.source.origin

    @property
    def tile(self) -> int:
        return self.size

    @property
    def pieces(self) -> int:
        return self.source.pieces

    def rows_of(self, at: int) -> int | None:
        return self.source.rows_of(at)

    def piece(self, at: int, columns: Columns = None) -> Iterator[Rows]:
        yield from self.source.piece(at, columns)
