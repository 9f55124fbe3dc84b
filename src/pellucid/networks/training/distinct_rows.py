"""Equal rows as one row with the sum of their weights, in an order of their own.

A row of weight 2 is then the row twice, to the last bit, and the order in which rows came does not
matter, although training draws batches.

Notes: Def 9, Def 312
"""

from __future__ import annotations

from typing import Any

import numpy as np

CELLS = 1_000_000  # of a larger table only the expected step is the same


def distinct_rows(X: Any, Y: Any, weights: Any) -> tuple[Any, Any, Any]:
    """Distinct rows (x, y) in sorted order, with summed weights.

    Parameters
    ----------
    X : array, n×d
    Y : array, (n,) or n×t
    weights : array of shape (n,)

    Examples
    --------
    >>> distinct_rows(np.array([[2.0], [1.0], [2.0]]), np.array([0, 1, 0]), np.ones(3))
    (array([[1.], [2.]]), array([1, 0]), array([1., 2.]))

    Notes: Def 312
    """
    if X.size > CELLS:
        return X, Y, weights
    answers = Y.reshape(len(Y), -1)
    keys = np.column_stack([X, answers])
    order = np.lexsort(keys.T[::-1])
    keys = keys[order]
    new = np.ones(len(keys), dtype=bool)
    new[1:] = (keys[1:] != keys[:-1]).any(axis=1)
    group = np.cumsum(new) - 1
    summed = np.bincount(group, weights[order])
    chosen = order[new]
    return X[chosen], Y[chosen], summed
