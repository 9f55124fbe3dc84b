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
Labels = NDArray[np.integer[Any]]
NO_WEIGHTS = np.empty(0)


@intrinsic  # type: ignore[untyped-decorator]
def fused_multiply_add(typingctx: Any, a: Any, b: Any, c: Any) -> Any:
    """a·b + c, rounded once."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fma(*args)

    return types.float64(types.float64, types.float64, types.float64), build


@numba.njit(nogil=True, cache=True, inline="always")
def shift_row(high, low, j, X, i, weight):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Add weight · x⁽ⁱ⁾ to row j of the sums high + low, and the weight to its last column."""
    d = X.shape[1]
    for t in range(d):
        term = weight * X[i, t]
        total = high[j, t] + term
        back = total - high[j, t]
        low[j, t] += (
            (high[j, t] - (total - back))
            + (term - back)
            + fused_multiply_add(weight, X[i, t], -term)
        )
        high[j, t] = total
    total = high[j, d] + weight
    back = total - high[j, d]
    low[j, d] += (high[j, d] - (total - back)) + (weight - back)
    high[j, d] = total


@numba.njit(nogil=True, cache=True)
def _cluster_sums(X, y, weights, high, low):  # type: ignore[no-untyped-def]  # pragma: no cover
    for i in range(len(X)):
        shift_row(high, low, y[i], X, i, weights[i] if len(weights) else 1.0)


@numba.njit(nogil=True, cache=True)
def add_up(terms, weights):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Σᵢ wᵢ tᵢ in two parts yet to be added; no weights are an empty array."""
    high, low = 0.0, 0.0
    for i in range(len(terms)):
        weight = weights[i] if len(weights) else 1.0
        term = weight * terms[i]
        total = high + term
        back = total - high
        low += (high - (total - back)) + (term - back) + fused_multiply_add(weight, terms[i], -term)
        high = total
    return high, low


def cluster_sums_parts(
    X: Array, y: Labels, k: int, weights: Array | None = None
) -> tuple[Array, Array]:
    """As `cluster_sums`, in two parts yet to be added; the last column counts: (k, d + 1) twice.

    Notes: §6.2.7
    """
    high, low = np.zeros((2, k, X.shape[1] + 1))
    _cluster_sums(X, y, NO_WEIGHTS if weights is None else weights, high, low)
    return high, low


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
    total = np.add(*cluster_sums_parts(X, y, k, weights))
    return total[:, :-1], total[:, -1]


def compensated_sum(terms: Array, weights: Array | None = None) -> float:
    """Σᵢ wᵢ tᵢ.

    Examples
    --------
    >>> compensated_sum(np.array([1e16, 1.0, -1e16]))
    1.0

    Notes: KE 220
    """
    return float(np.add(*compensated_parts(terms, NO_WEIGHTS if weights is None else weights)))


def compensated_parts(terms: Array, weights: Array) -> tuple[float, float]:
    """The same in two parts yet to be added; no weights are an empty array.

    Notes: KE 220
    """
    high, low = add_up(terms, weights)
    return high, low
