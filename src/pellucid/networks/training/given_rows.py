"""Rows as they are given to `train`, as a source; and what numbers of 32 bits lose of them.

Notes: Def 312
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from pellucid.data.sample_weights import checked_weights
from pellucid.errors import HyperparameterError, NetworkWarning, ShapeError, TableError
from pellucid.networks.output_losses import number_truths
from pellucid.networks.training.row_sources import (
    InMemory,
    RowSource,
    columns_lost,
    lost_columns_message,
)


def precision_notices(source: RowSource, dtype: str) -> tuple[str, ...]:
    """A warning of columns that numbers of that kind cannot tell apart."""
    if not isinstance(source, InMemory) or source.prepare is not None:
        return ()
    said = []
    for name, part in (("rows", source.X), ("targets", source.y)):
        if np.asanyarray(part).dtype != np.float64:
            continue
        largest = np.abs(np.asarray(part)[np.isfinite(part)]).max(initial=0)
        if largest > np.finfo(dtype).max:
            raise TableError(
                f"The {name} hold {largest:.3g}, more than {dtype} can. Subtract the mean and "
                'divide by the deviation first, in float64, or train with dtype="float64".'
            )
        lost = columns_lost(part, dtype)
        if lost:
            said.append(lost_columns_message(name, lost, dtype))
            warnings.warn(said[-1], NetworkWarning, stacklevel=3)
    return tuple(said)


def _array(given: Any, name: str) -> Any:
    try:
        return given if hasattr(given, "shape") else np.asarray(given)
    except ValueError:
        raise ShapeError(f"The {name} are of different lengths: give one table of them.") from None


def row_source(X: Any, y: Any, weights: Any, seed: int) -> RowSource:
    """Rows in memory with their targets, or a source of both as it is.

    Raises
    ------
    ShapeError, FramingError, HyperparameterError
        For rows without targets, words for targets, or weights beside a source.
    """
    if y is not None:
        rows, answers = _array(X, "rows"), number_truths(y)
        if weights is not None:
            weights = checked_weights(weights, len(rows))
        return InMemory(rows, answers, weights, seed)
    if not hasattr(X, "epoch"):
        raise ShapeError(
            "train takes rows X and targets y, or a source of both such as ParquetRows or Stream; "
            f"it got a {type(X).__name__} alone."
        )
    if weights is not None:
        raise HyperparameterError(
            "weights go with rows in memory; a source gives its own: (x, y, weights) a chunk."
        )
    source: RowSource = X
    return source
