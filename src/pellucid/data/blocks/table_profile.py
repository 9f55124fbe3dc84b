"""A first pass over all rows: what every column's cells are, and a sample of rows.

The sample holds the rows whose places have the smallest hashes, so it follows from the places
alone.

Notes: §2.1.3, Def 85
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from pellucid.data.blocks import cell_counts
from pellucid.data.blocks.cell_counts import NO_CELLS, CellCounts, count_cells
from pellucid.data.blocks.hashed_splits import SAMPLE, Places, hash_rows
from pellucid.data.blocks.passes import Passes
from pellucid.data.blocks.row_batches import concatenate_rows
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.tiles import Tile

Sums = tuple[Callable[[Tile], Any], Callable[[Any, Any], Any]]
SPARE = 3  # times the rows wanted that are kept meanwhile, for the number of rows is an estimate


@dataclass(frozen=True)
class Profile:
    """What a pass found.

    Parameters
    ----------
    cells : dict of str to CellCounts
        By column.
    sample : pa.Table
        Rows in the order of the source.
    places : ndarray, shape (m,)
        The place of each of them.
    sums : object or None
        What else the pass summed up.
    """

    cells: dict[str, CellCounts]
    sample: pa.Table
    places: Places
    sums: Any = None

    @property
    def rows(self) -> int:
        """All rows of the source."""
        return next(iter(self.cells.values())).rows

    def with_ends(self, earlier: Profile) -> Profile:
        """With the ends of the numbers that an earlier pass over the same rows found."""
        cells = {
            name: replace(each, low=earlier.cells[name].low, high=earlier.cells[name].high)
            for name, each in self.cells.items()
        }
        return replace(self, cells=cells)


def profile_table(
    source: RowBlocks,
    passes: Passes,
    columns: Sequence[str],
    *,
    rows: int,
    about: int,
    seed: int,
    as_texts: Collection[str] = (),
    sums: Sums | None = None,
) -> Profile:
    """Take the pass.

    Parameters
    ----------
    columns : sequence of str
        Those looked at.
    rows : int
        Of the sample.
    about : int
        How many rows the source has, about.
    seed : int
    as_texts : collection of str
        Columns whose cells are kept as written, although they may be numbers.
    sums : pair of callable, or None
        `partial` and `merge` of what else is summed up.

    Raises
    ------
    TooFewRowsError
        When there is no row.

    Notes: §2.1.3
    """
    bound = min(SPARE * rows / max(about, 1), 1.0)
    below = np.uint64(min(int(bound * 2**64), 2**64 - 1))
    # Told from tile to tile to save work; what is unknown stays so, so it changes no answer.
    unknown: dict[str, CellCounts] = {}

    def partial(tile: Tile) -> Profile:
        assert isinstance(tile.rows, pa.Table)
        cells = {}
        for name in columns:
            beside = unknown.get(name, NO_CELLS)
            values = tile.rows[name]
            cells[name] = count_cells(
                values, as_texts=name in as_texts, beside=beside, first=tile.first
            )
            if not cells[name].complete or cells[name].spelled.ungrouped:
                unknown[name] = cells[name]
        chosen = hash_rows(tile.places, seed, SAMPLE) <= below
        few = tile.rows.filter(pa.array(chosen))
        found = _smallest(cells, few, tile.places[chosen], rows, seed)
        return found if sums is None else replace(found, sums=sums[0](tile))

    def merge(a: Profile, b: Profile) -> Profile:
        cells = {name: cell_counts.merge_counts(a.cells[name], b.cells[name]) for name in columns}
        both = concatenate_rows([a.sample, b.sample])
        assert isinstance(both, pa.Table)
        found = _smallest(cells, both, np.concatenate([a.places, b.places]), rows, seed)
        return found if sums is None else replace(found, sums=sums[1](a.sums, b.sums))

    return passes.reduce(source, partial, merge, columns)


def _smallest(
    cells: dict[str, CellCounts], sample: pa.Table, places: Places, rows: int, seed: int
) -> Profile:
    """At most so many rows: those of the smallest hashes."""
    if len(places) > rows:
        kept = np.sort(np.argpartition(hash_rows(places, seed, SAMPLE), rows - 1)[:rows])
        sample, places = sample.take(pa.array(kept)).combine_chunks(), places[kept]
    return Profile(cells, sample, places)
