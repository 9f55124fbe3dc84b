"""The columns of what scikit-learn calls X, one by one, each as it is stored.

Notes: Concept 192
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from pellucid.data.distinct_values import to_level
from pellucid.errors import ShapeError

Columns = list[tuple[str, Any]]


def columns_of(estimator: Any, X: Any, *, fitting: bool) -> Columns:
    """Name and values of each column of an array, a nested list or a data frame.

    Parameters
    ----------
    estimator : estimator
        Its `n_features_in_` and `feature_names_in_` are set (fitting) or compared.
    X : array or data frame, shape (n, d)

    Returns
    -------
    list of (str, array or series of n)

    Raises
    ------
    ValueError, TypeError
        When X is no table of n ≥ 1 rows and d ≥ 1 columns, or its columns are not those of `fit`.

    Notes: Concept 192
    """
    if not (hasattr(X, "columns") and hasattr(X, "shape")):
        dtype = None
        if not hasattr(X, "dtype") and np.asarray(X, dtype=object).ndim == 2:
            X, dtype = np.asarray(X, dtype=object), object  # [["a", 1]] stays text and number
        X = check_array(X, dtype=dtype, ensure_all_finite=False, estimator=estimator)
    elif 0 in X.shape:
        raise ShapeError(
            f"Found array with {X.shape[0]} sample(s) and {X.shape[1]} feature(s) while at least "
            "one of each is required."
        )
    validate_data(estimator, X, reset=fitting, skip_check_array=True)
    names = getattr(estimator, "feature_names_in_", None)
    d = X.shape[1]
    named = [f"x{i}" for i in range(d)] if names is None else [str(name) for name in names]
    return list(zip(named, [_column(X, i) for i in range(d)], strict=True))


def _column(X: Any, i: int) -> Any:
    if isinstance(X, np.ndarray):
        return X[:, i]
    if hasattr(X, "iloc"):
        return X.iloc[:, i]
    import narwhals as nw

    frame = nw.from_native(X, eager_only=True)
    return frame.get_column(frame.columns[i]).to_native()


def stated_order(values: Any) -> list[Any] | None:
    """The order that a column states itself: an ordered pandas categorical's, a polars Enum's.

    Notes: Def 196
    """
    dtype: Any = getattr(values, "dtype", None)
    if getattr(dtype, "ordered", False) is True or type(dtype).__name__ == "Enum":
        return [to_level(level) for level in dtype.categories]
    return None
