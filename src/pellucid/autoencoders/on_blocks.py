"""`LinearAutoencoder` on blocks: axes from the moments of one pass.

Notes: Concept 358, Concept 368, §8.4
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.autoencoders.principal_components import PrincipalAxes, axes_from_triangular_factor
from pellucid.data.blocks.passes import Passes
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.tile_arrays import checked_rows, rows_with_weight, set_feature_names
from pellucid.data.blocks.tiles import Tile
from pellucid.data.magnitude_checks import refuse_extremes
from pellucid.errors import TooFewRowsError, TooLargeError
from pellucid.linear.on_blocks.fold_moments import triangular_factor
from pellucid.linear.solvers.moments import Moments, merge, partials
from pellucid.linear.solvers.ridge_fit import LARGEST_GRAM

Array = NDArray[np.float64]
Known = tuple[int, Array, Moments]  # rows, the largest size in each column, moments


def fit_linear_autoencoder(model: Any, source: RowBlocks, passes: Passes) -> Any:
    """Fit a `LinearAutoencoder`.

    Raises
    ------
    TooLargeError
        When there are too many columns for their products.
    """
    found = passes.reduce(source, _partial, _merge_moments)
    if found is None or found[0] < 2:
        raise TooFewRowsError(
            f"Found array with {found[0] if found else 0} sample(s) (of weight above 0) while a "
            "minimum of 2 is required by LinearAutoencoder: one row does not spread."
        )
    rows, largest, m = found
    refuse_extremes(largest[None])
    set_feature_names(model, source, len(largest))
    model.refuse_length(rows, len(largest))
    model.moments_ = None

    def by_svd() -> PrincipalAxes:
        def partial(tile: Tile) -> Array:
            X, weights = checked_rows(tile)
            Z = X - m.x_mean
            return triangular_factor(Z if weights is None else Z * np.sqrt(weights)[:, None])

        R = passes.reduce(source, partial, lambda a, b: triangular_factor(np.vstack([a, b])))
        return axes_from_triangular_factor(R, m.x_mean, model.code_length)

    return model.keep_moments(m, by_svd)


def _partial(tile: Tile) -> Known | None:
    X, weights, _ = rows_with_weight(tile)
    if not len(X):
        return None
    if X.shape[1] > LARGEST_GRAM:
        raise TooLargeError(
            f"{X.shape[1]:,} columns make a d×d matrix too large for a fit on blocks (at most "
            f"{LARGEST_GRAM:,}): leave columns out, or fit a sample in memory."
        )
    m = partials(X, np.zeros((len(X), 0)), weights, None, 1, threaded=False)[0]
    return len(X), np.maximum(X.max(axis=0), -X.min(axis=0)), m


def _merge_moments(a: Known | None, b: Known | None) -> Known | None:
    if a is None or b is None:
        return a or b
    return a[0] + b[0], np.maximum(a[1], b[1]), merge(a[2], b[2])
