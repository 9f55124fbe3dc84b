"""`MeanBaseline` and `MajorityBaseline` on blocks: a mean, or shares of classes, from one pass.

Notes: §2.4, Def 175
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.data.blocks.passes import Passes
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.tile_arrays import (
    has_one_target,
    rows_of,
    set_feature_names,
    targets_of,
    weights_of,
)
from pellucid.data.blocks.tiles import Tile
from pellucid.data.scaling import Spread, merge_spreads, spread
from pellucid.errors import FramingError
from pellucid.linear.on_blocks.label_survey import survey_labels


def fit_mean(model: Any, source: RowBlocks, passes: Passes) -> Any:
    """Fit a `MeanBaseline`."""

    def partial(tile: Tile) -> tuple[int, Spread]:
        X, Y, weights = rows_of(tile), targets_of(tile), weights_of(tile)
        return X.shape[1], spread(Y, np.ones(len(Y)) if weights is None else weights)

    d, found = passes.reduce(source, partial, lambda a, b: (a[0], merge_spreads(a[1], b[1])))
    set_feature_names(model, source, d)
    model.mean_ = float(found.mean[0]) if has_one_target(source) else found.mean
    return model


def fit_shares(model: Any, source: RowBlocks, passes: Passes) -> Any:
    """Fit a `MajorityBaseline`."""
    found = survey_labels(passes, source, None)
    if found.multilabel:
        raise FramingError("MajorityBaseline takes one label a row; y has several columns.")
    set_feature_names(model, source, found.d)
    counts = found.weight.sum(axis=0)
    model.classes_, model.shares_ = found.classes, counts / counts.sum()
    return model
