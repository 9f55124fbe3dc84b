"""The k-means loss and its parts, in the notes' letters: plain formulas that fast code must equal.

A squared distance is summed column by column, in order. That fixes its last bit, and with it which
mean is nearest: the compiled passes give the very labels that these formulas give.

Notes: §6.2
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.clusters.kernels.compensated_sums import cluster_sums, compensated_sum

Array = NDArray[np.float64]
Labels = NDArray[np.integer[Any]]
BLOCK_NUMBERS = 1 << 20  # distances held at a time


def squared_distances(X: Array, means: Array) -> Array:
    """‖x⁽ⁱ⁾ − μ⁽ʲ⁾‖² of each point and each mean.

    Parameters
    ----------
    X : array of shape (n, d)
    means : array of shape (k, d)

    Returns
    -------
    array of shape (n, k)

    Examples
    --------
    >>> squared_distances(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [1.0, 0.0]])).tolist()
    [[25.0, 1.0]]

    Notes: Concept 217
    """
    D = np.zeros((len(X), len(means)))
    for t in range(X.shape[1]):
        gap = X[:, t, None] - means[:, t]
        D += gap * gap
    return D


def nearest_mean(X: Array, means: Array) -> tuple[NDArray[np.intp], Array]:
    """y⁽ⁱ⁾ = argmin_j ‖x⁽ⁱ⁾ − μ⁽ʲ⁾‖², the first of equals, and the squared distance to that mean.

    Parameters
    ----------
    X : array of shape (n, d)
    means : array of shape (k, d)

    Returns
    -------
    y : array of int, shape (n,)
        From 0 to k − 1.
    D : array of shape (n,)

    Examples
    --------
    >>> y, D = nearest_mean(np.array([[0.0], [5.0], [9.0]]), np.array([[1.0], [9.0]]))
    >>> y.tolist(), D.tolist()
    ([0, 0, 1], [1.0, 16.0, 0.0])

    Notes: Concept 214, Notation 229
    """
    y, nearest = np.empty(len(X), dtype=np.intp), np.empty(len(X))
    rows = max(1, BLOCK_NUMBERS // len(means))
    for start in range(0, len(X), rows):
        block = slice(start, start + rows)
        D = squared_distances(X[block], means)
        y[block] = D.argmin(axis=1)
        nearest[block] = D[np.arange(len(D)), y[block]]
    return y, nearest


def indicator(y: Labels, k: int) -> Array:
    """1(y⁽ⁱ⁾ = j) for each point and each cluster: n×k.

    Examples
    --------
    >>> indicator(np.array([0, 1, 1]), 2).tolist()
    [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]

    Notes: Notation 219
    """
    return np.asarray(y[:, None] == np.arange(k), dtype=np.float64)


def one_cluster_loss(X: Array, mean: Array) -> float:
    """Σᵢ ‖x⁽ⁱ⁾ − μ‖²: the loss of points that all belong to one cluster.

    Examples
    --------
    >>> one_cluster_loss(np.array([[0.0], [2.0]]), np.array([1.0]))
    2.0

    Notes: Concept 217
    """
    return compensated_sum(squared_distances(X, mean[None])[:, 0])


def k_means_loss(X: Array, means: Array, y: Labels, weights: Array | None = None) -> float:
    """L = Σⱼ Σᵢ 1(y⁽ⁱ⁾ = j) ‖x⁽ⁱ⁾ − μ⁽ʲ⁾‖²: a sum, not divided by n.

    Parameters
    ----------
    X : array of shape (n, d)
    means : array of shape (k, d)
    y : array of int, shape (n,)
    weights : array of shape (n,), optional
        How often each point counts.

    Returns
    -------
    float
        In squared units of the columns.

    Examples
    --------
    >>> X, means = np.array([[0.0], [2.0], [9.0]]), np.array([[1.0], [9.0]])
    >>> k_means_loss(X, means, np.array([0, 0, 1]))
    2.0

    Notes: KE 220
    """
    D = np.zeros(len(X))
    for t in range(X.shape[1]):
        gap = X[:, t] - means[y, t]
        D += gap * gap
    return compensated_sum(D, weights)


def means_and_counts(
    X: Array, y: Labels, k: int, weights: Array | None = None
) -> tuple[Array, Array]:
    """μ⁽ʲ⁾ = (1/N_j) Σᵢ 1(y⁽ⁱ⁾ = j) x⁽ⁱ⁾ and N_j = Σᵢ 1(y⁽ⁱ⁾ = j).

    The mean of no points is NaN. Sums are carried in twice the working precision, so that the order
    of the points does not matter.

    Parameters
    ----------
    X : array of shape (n, d)
    y : array of int, shape (n,)
    k : int
    weights : array of shape (n,), optional
        How often each point counts.

    Returns
    -------
    means : array of shape (k, d)
    counts : array of shape (k,)

    Examples
    --------
    >>> means, counts = means_and_counts(np.array([[0.0], [2.0], [9.0]]), np.array([0, 0, 1]), 2)
    >>> means.tolist(), counts.tolist()
    ([[1.0], [9.0]], [2.0, 1.0])

    Notes: Def 213, §6.2.7
    """
    sums, counts = cluster_sums(X, y, k, weights)
    with np.errstate(invalid="ignore"):
        return np.asarray(sums / counts[:, None]), counts


def variance(X: Array) -> float:
    """Var = (1/N) Σᵢ ‖x⁽ⁱ⁾ − μ‖² with μ the mean of the points: one number for all columns.

    Examples
    --------
    >>> variance(np.array([[0.0, 0.0], [2.0, 0.0]]))
    1.0

    Notes: Def 221
    """
    return one_cluster_loss(X, X.mean(axis=0)) / len(X)


def loss_gradient(X: Array, means: Array, weights: Array | None = None) -> Array:
    """∂L/∂μ⁽ʲ⁾ = −2 Σᵢ 1(j nearest to i) (x⁽ⁱ⁾ − μ⁽ʲ⁾), for L(μ) = Σᵢ min_j ‖x⁽ⁱ⁾ − μ⁽ʲ⁾‖².

    Where a point is as near to two means, L has a kink; the first of them takes the point.

    Parameters
    ----------
    X : array of shape (n, d)
    means : array of shape (k, d)
    weights : array of shape (n,), optional

    Returns
    -------
    array of shape (k, d)

    Examples
    --------
    >>> loss_gradient(np.array([[0.0], [3.0]]), np.array([[1.0], [9.0]])).tolist()
    [[-2.0], [0.0]]

    Notes: Concept 227, Notation 228
    """
    y, _ = nearest_mean(X, means)
    sums, counts = cluster_sums(X, y, len(means), weights)
    return np.asarray(2 * (counts[:, None] * means - sums))
