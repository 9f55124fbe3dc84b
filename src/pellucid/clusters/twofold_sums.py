"""Sums carried in twice the working precision: the rounding of each addition is kept and added too.

So rounded, a sum is the same in any order of its terms, in pieces or in one go, and after terms are
taken out again, save in the rarest cases. Means of clusters then do not depend on the order of
rows, on the number of threads, or on whether they were followed from one cycle to the next.

Notes: §6.2.7
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.intp]


@intrinsic  # type: ignore[untyped-decorator]
def fused(typingctx: Any, a: Any, b: Any, c: Any) -> Any:
    """a·b + c, rounded once."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fma(*args)

    return types.float64(types.float64, types.float64, types.float64), build


@numba.njit(nogil=True, cache=True)
def add_row(high, low, x, weight):  # type: ignore[no-untyped-def]  # pragma: no cover
    """high + low += weight · x, entry by entry."""
    for t in range(len(x)):
        term = weight * x[t]
        low[t] += fused(weight, x[t], -term)
        total = high[t] + term
        back = total - high[t]
        low[t] += (high[t] - (total - back)) + (term - back)
        high[t] = total


@numba.njit(nogil=True, cache=True)
def _cluster_sums(X, y, weights, high, low):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The last column of `high` and `low` counts."""
    d = X.shape[1]
    one = np.ones(1)
    for i in range(len(X)):
        weight = weights[i] if len(weights) else 1.0
        add_row(high[y[i], :d], low[y[i], :d], X[i], weight)
        add_row(high[y[i], d:], low[y[i], d:], one, weight)


@numba.njit(nogil=True, cache=True)
def _twofold_sum(terms, weights):  # type: ignore[no-untyped-def]  # pragma: no cover
    high, low = np.zeros(1), np.zeros(1)
    for i in range(len(terms)):
        add_row(high, low, terms[i : i + 1], weights[i] if len(weights) else 1.0)
    return high[0] + low[0]


def cluster_sums(X: Array, y: Labels, k: int, weights: Array | None = None) -> tuple[Array, Array]:
    """Σᵢ 1(y⁽ⁱ⁾ = j) x⁽ⁱ⁾ and Σᵢ 1(y⁽ⁱ⁾ = j) of each cluster.

    Parameters
    ----------
    X : array of shape (n, d)
    y : array of int, shape (n,)
    k : int
    weights : array of shape (n,), optional

    Returns
    -------
    sums : array of shape (k, d)
    counts : array of shape (k,)

    Examples
    --------
    >>> sums, counts = cluster_sums(np.array([[0.0], [2.0], [9.0]]), np.array([0, 0, 1]), 2)
    >>> sums.tolist(), counts.tolist()
    ([[2.0], [9.0]], [2.0, 1.0])

    Notes: §6.2.7
    """
    high, low = np.zeros((2, k, X.shape[1] + 1))
    _cluster_sums(X, y, np.empty(0) if weights is None else weights, high, low)
    total = high + low
    return total[:, :-1], total[:, -1]


def twofold_sum(terms: Array, weights: Array | None = None) -> float:
    """Σᵢ wᵢ tᵢ.

    Examples
    --------
    >>> twofold_sum(np.array([1e16, 1.0, -1e16]))
    1.0

    Notes: KE 220
    """
    return float(_twofold_sum(terms, np.empty(0) if weights is None else weights))
