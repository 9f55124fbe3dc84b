"""The arrays of a tile, checked: rows, targets and weights.

Notes: KE 53, KE 54
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.blocks.hashed_splits import Places
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.tiles import Tile
from pellucid.errors import ShapeError, WeightError

Array = NDArray[np.float64]


def rows_of(tile: Tile, *, missing: bool = False, checked: bool = False) -> Array:
    """X of a tile, n×d, of finite numbers; or of NaN too, where values may be `missing`.

    Where an earlier pass has `checked` them, they are not looked at again.

    Raises
    ------
    ShapeError
        When it has not two axes, or holds no numbers, NaN or infinity; names the row.
    """
    if not isinstance(tile.rows, tuple):
        raise ShapeError(
            "An estimator takes blocks of arrays (array_blocks(X, y), or arrays of Dask); for a "
            "table of columns there is pellucid.fit_table."
        )
    return finite_array(tile.rows[0], tile.first, "X", 2, missing=missing, checked=checked)


def finite_array(
    values: Any, first: int, name: str, axes: int, *, missing: bool = False, checked: bool = False
) -> Array:
    """An array of finite float64, row after row in memory.

    Raises
    ------
    ShapeError
        When it is not; names the row.
    """
    try:
        # Arrays that came over a network may stand between addresses: sums of such have other bits.
        numbers = np.require(values, dtype=np.float64, requirements=["C", "A"])
    except (TypeError, ValueError) as error:
        raise ShapeError(f"{name} holds what is no number: {error}. Encode it first.") from error
    if numbers.ndim not in (axes, 1 if name == "y" else axes):
        raise ShapeError(f"{name} must have {axes} axes; a block of it has {numbers.ndim}.")
    if checked or np.isfinite(numbers.sum()):  # so is each of them
        return numbers
    known = ~np.isinf(numbers) if missing else np.isfinite(numbers)
    flat = known if known.ndim == 1 else known.all(axis=1)
    if not flat.all():
        row, wrong = first + int(np.argmin(flat)), "infinity" if missing else "NaN or infinity"
        raise ShapeError(
            f"{name} contains {wrong}, first in row {row:,}: fill it or leave the row out."
        )
    return numbers


def targets_of(tile: Tile) -> Array:
    """y of a tile as numbers, n×t."""
    arrays: Any = tile.rows
    if len(arrays) < 2:
        raise ShapeError("The blocks hold no answers: give array_blocks(X, y).")
    y = finite_array(arrays[1], tile.first, "y", 2)
    return y[:, None] if y.ndim == 1 else y


def labels_of(tile: Tile) -> NDArray[Any]:
    """y of a tile as it is: n, or n×k with a column a class.

    Raises
    ------
    ShapeError
        When there is none.
    """
    arrays: Any = tile.rows
    if len(arrays) < 2:
        raise ShapeError("The blocks hold no answers: give array_blocks(X, y).")
    y = np.asarray(arrays[1])
    return y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y


def weights_of(tile: Tile) -> Array | None:
    """Weights of a tile's rows, n, or None.

    Raises
    ------
    WeightError
        When one is negative.
    """
    arrays: Any = tile.rows
    if len(arrays) < 3:
        return None
    weights = finite_array(arrays[2], tile.first, "sample_weight", 1)
    if (weights < 0).any():
        row = tile.first + int(np.argmax(weights < 0))
        raise WeightError(f"sample_weight is negative, first in row {row:,}: weights are ≥ 0.")
    return weights


def with_positive_weight(
    X: Array, Y: Array, weights: Array | None, *beside: Any
) -> tuple[Any, ...]:
    """The rows whose weight is not 0, and what stands beside them."""
    if weights is None or (weights > 0).all():
        return (X, Y, weights, *beside)
    there = weights > 0
    return (X[there], Y[there], weights[there], *(each[there] for each in beside))


def has_one_target(source: RowBlocks) -> bool:
    """Whether there is one target a row, not an array of them."""
    first: Any = next(iter(source.blocks()), ())
    return len(first) > 1 and np.ndim(first[1]) == 1


def set_feature_names(model: Any, source: RowBlocks, d: int) -> None:
    """Set what a fit knows of its columns: how many, and their names where there are any."""
    model.n_features_in_ = d
    names = getattr(source, "feature_names", None)
    if names is not None:
        model.feature_names_in_ = np.array(names, dtype=object)
    elif hasattr(model, "feature_names_in_"):
        del model.feature_names_in_


def rows_with_weight(tile: Tile) -> tuple[Array, Array | None, Places]:
    """The rows of a tile whose weight is not 0, their weights (None: 1 each) and places."""
    X, weights, there = _weighted(tile, checked=False)
    return X, weights, tile.places[there]


def checked_rows(tile: Tile) -> tuple[Array, Array | None]:
    """Rows and weights as `rows_with_weight` has them, of rows that an earlier pass has checked."""
    return _weighted(tile, checked=True)[:2]


def _weighted(tile: Tile, *, checked: bool) -> tuple[Array, Array | None, Any]:
    X, weights = rows_of(tile, checked=checked), weights_of(tile)
    if weights is None or (weights > 0).all():
        return X, weights, slice(None)
    there = weights > 0
    return X[there], weights[there], there
