"""Nearest neighbours of rows in blocks: a sample of the rows is stored, and its size is stated.

Notes: §1.4.1
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.data.blocks.passes import Passes
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.row_sample import Sample, merge_samples, sample_of_rows, sample_size
from pellucid.data.blocks.tile_arrays import labels_of, rows_of, set_feature_names, weights_of
from pellucid.data.blocks.tiles import Tile
from pellucid.errors import TooFewRowsWarning

Known = tuple[int, Sample]


def fit_neighbors(model: Any, source: RowBlocks, passes: Passes) -> Any:
    """Fit a nearest-neighbour machine to a sample of the rows."""
    rows, found = passes.reduce(source, _partial, _merged)
    X, y, *weights = found.arrays
    model.fit(X, y, *weights)
    set_feature_names(model, source, X.shape[1])
    if len(X) < rows:
        note = f"{len(X):,} of {rows:,} rows, which are those that are stored"
        passes.notes.append(note)
        model.warn(f"it answers from a sample: {note}.", TooFewRowsWarning)
    return model


def _partial(tile: Tile) -> Known:
    X, y, weights = rows_of(tile), labels_of(tile), weights_of(tile)
    arrays = (X, y) if weights is None else (X, y, weights)
    width = X.shape[1] + (y.shape[1] if np.ndim(y) == 2 else 1)
    return len(X), sample_of_rows(tile.places, arrays, sample_size(width))


def _merged(a: Known, b: Known) -> Known:
    width = sum(each.shape[1] if each.ndim == 2 else 1 for each in a[1].arrays[:2])
    return a[0] + b[0], merge_samples(a[1], b[1], sample_size(width))
