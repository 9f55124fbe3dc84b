"""`Center` and `Standardize` on blocks: means and deviations from one pass.

Notes: Def 207, Def 208, Def 209
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.data.blocks.passes import Passes
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.tile_arrays import rows_of, set_feature_names, weights_of
from pellucid.data.blocks.tiles import Tile
from pellucid.data.scaling import Spread, merge_spreads, spread


def fit_spread(model: Any, source: RowBlocks, passes: Passes) -> Any:
    """Fit a `Center` or `Standardize`."""
    missing = model.missing != "error"

    def partial(tile: Tile) -> Spread:
        X, weights = rows_of(tile, missing=missing), weights_of(tile)
        return spread(X, np.ones(len(X)) if weights is None else weights)

    found = passes.reduce(source, partial, merge_spreads)
    set_feature_names(model, source, len(found.mean))
    return model.keep_spread(found)
