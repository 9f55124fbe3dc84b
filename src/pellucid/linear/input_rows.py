"""What the regression estimators ask of their input: rows, targets and weights, checked once.

Notes: Concept 56, KE 53, KE 54
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted, validate_data

from pellucid.data.magnitude_checks import refuse_extremes
from pellucid.data.sample_weights import relative_weights

Array = NDArray[np.float64]


def training_rows(
    estimator: Any, X: Any, y: Any, sample_weight: Any, *, sparse: bool = True
) -> tuple[Any, Array, Array | None, bool]:
    """Check X (n×d), y (n or n×t) and weights (n); rows of weight 0 are left out.

    Returns
    -------
    X, Y, weights, flat
        Y is n×t; `flat` tells that y was one-dimensional; weights are None when not given.
    """
    X, y = validate_data(
        estimator,
        X,
        y,
        dtype=np.float64,
        accept_sparse="csr" if sparse else False,
        multi_output=True,
        y_numeric=True,
    )
    y = np.asarray(y, dtype=np.float64)
    flat = y.ndim == 1
    Y = y[:, None] if flat else y
    refuse_extremes(X, Y)
    estimator.weighted_ = False
    if sample_weight is None:
        return X, Y, None, flat
    weights = relative_weights(sample_weight, X.shape[0])
    if (weights == 0).any():
        kept = np.flatnonzero(weights)
        X, Y, weights = X[kept], Y[kept], weights[kept]
    estimator.weighted_ = bool(np.ptp(weights) > 0)
    return X, Y, weights, flat


def query_rows(estimator: Any, X: Any, *, sparse: bool = True) -> Any:
    """Check rows to predict for against those of training."""
    check_is_fitted(estimator)
    return validate_data(
        estimator, X, reset=False, dtype=np.float64, accept_sparse="csr" if sparse else False
    )
