"""The first pass over rows of numbers: how many, the spread and ends of the columns, a sample.

Notes: §2.5.6, Def 208
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pellucid.data.blocks.passes import Passes
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.row_sample import Sample, merge_samples, sample_of_rows, sample_size
from pellucid.data.blocks.tile_arrays import rows_with_weight
from pellucid.data.blocks.tile_spread import spread_and_ends
from pellucid.data.blocks.tiles import Tile
from pellucid.data.scaling import Spread, merge_spreads
from pellucid.errors import WeightError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class RowSurvey:
    """What one pass tells of rows of numbers; rows of weight 0 are absent.

    Parameters
    ----------
    rows : int
    columns : Spread
    low, high : ndarray, shape (d,)
        Ends of each column.
    sample : Sample
        X and weights of some rows.

    Notes: §2.5.6
    """

    rows: int
    columns: Spread
    low: Array
    high: Array
    sample: Sample

    @property
    def d(self) -> int:
        """Columns."""
        return len(self.low)

    @property
    def sampling(self) -> str:
        """How large the sample is, in words."""
        return f"{len(self.sample):,} of {self.rows:,} rows"


def row_survey(passes: Passes, source: RowBlocks) -> RowSurvey:
    """One pass over the rows.

    Raises
    ------
    WeightError
        When no row counts.

    Notes: §2.5.6
    """
    found = passes.reduce(source, partial(_surveyed, source.rows), _merged)
    if found is None:
        raise WeightError("sample_weight must not be all zero: no row would count.")
    return found


def _surveyed(rows: int | None, tile: Tile) -> RowSurvey | None:
    """A tile of a source of so many rows, where that is known."""
    X, weights, places = rows_with_weight(tile)
    if not len(X):
        return None
    w = np.ones(len(X)) if weights is None else weights
    # Rows of weight 0 give nothing to the sample, and nobody knows how many these are.
    among = rows if weights is None else 0
    sample = sample_of_rows(places, (X, w), sample_size(X.shape[1]), among=among)
    return RowSurvey(len(X), *spread_and_ends(X, w), sample)


def _merged(a: RowSurvey | None, b: RowSurvey | None) -> RowSurvey | None:
    if a is None or b is None:
        return a or b
    return RowSurvey(
        a.rows + b.rows,
        merge_spreads(a.columns, b.columns),
        np.minimum(a.low, b.low),
        np.maximum(a.high, b.high),
        merge_samples(a.sample, b.sample, sample_size(a.d)),
    )
