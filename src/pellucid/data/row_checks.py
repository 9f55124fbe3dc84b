"""What estimators that know amounts and categories ask of their training rows, checked once.

Notes: Notation 7
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_consistent_length
from sklearn.utils.validation import _check_y, column_or_1d

from pellucid.data.column_values import Values, values_of
from pellucid.data.label_encoding import encode_labels
from pellucid.data.magnitude_checks import refuse_extremes
from pellucid.data.sample_weights import checked_weights
from pellucid.errors import FramingError

Array = NDArray[np.float64]


def checked_training_rows(
    estimator: Any, X: Any, y: Any, sample_weight: Any
) -> tuple[Values, NDArray[Any], Array]:
    """Rows, answers (n,) and weights (n,); rows of weight 0 are left out."""
    if y is None:
        raise ValueError(
            f"{type(estimator).__name__} requires y to be passed, but the target y is None."
        )
    values = values_of(estimator, X, fitting=True)
    refuse_extremes(np.nan_to_num(values.X))
    y = column_or_1d(y, warn=True)
    if y.dtype.kind == "O":
        encode_labels(y)
    y = _check_y(y, y_numeric=False, estimator=estimator)
    check_consistent_length(values.X, y)
    if sample_weight is None:
        return values, y, np.ones(len(y))
    weights = _of_moderate_size(checked_weights(sample_weight, len(y)))
    kept = weights > 0
    return Values(values.X[kept], values.names, values.levels), y[kept], weights[kept]


def _of_moderate_size(weights: Array) -> Array:
    """The same ratios with a mean of 1, where the weights are no plausible counts of rows."""
    largest = weights.max()
    if not largest > 0 or 1e-6 < largest < 1e9:
        return weights
    shares = weights / largest
    return np.asarray(shares / shares.mean())


def classes_of(estimator: Any, y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Labels, sorted, and the class of each row; at least two."""
    classes, codes = encode_labels(y)
    if len(classes) < 2:
        raise FramingError(
            f"{type(estimator).__name__} needs at least 2 classes; the target has 1 class: "
            f"{classes[0]!r}."
        )
    return classes, codes
