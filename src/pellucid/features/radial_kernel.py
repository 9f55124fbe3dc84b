"""How close points are to centres: exp(−β D), with D the squared distance or another.

Notes: Def 190, Def 191, eq 5.14
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from pellucid.linear.kernels.row_pieces import one_blas_thread, over_blocks

Array = NDArray[np.float64]
Metric = str | Callable[[Any, Any], float]
SQUARED = "sqeuclidean"
# In the product form a squared distance carries the rounding of the squared norms. Where it is
# smaller than this share of them, it is taken again as a sum of squared differences.
NEAR = 1e-3
BLOCK_NUMBERS = 1 << 20  # distances a block: 8 MiB, whatever n


def squared_distances(X: Array, P: Array) -> Array:
    """‖p − x‖² of each row of X to each row of P (n×m), each to about 1e-12 of itself.

    One matrix product gives them all; the few that cancel are found and taken again plainly.

    Parameters
    ----------
    X : ndarray, shape (n, d)
    P : ndarray, shape (m, d)

    Returns
    -------
    ndarray, shape (n, m)

    Examples
    --------
    >>> squared_distances(np.array([[0.0], [1e6]]), np.array([[1e6], [1e6 + 1]]))
    array([[1.000000e+12, 1.000002e+12],
           [0.000000e+00, 1.000000e+00]])

    Notes: eq 5.14
    """
    norms = np.einsum("ij,ij->i", X, X)[:, None] + np.einsum("ij,ij->i", P, P)
    D = X @ P.T
    D *= -2.0
    D += norms
    rows, columns = np.nonzero(~(NEAR * norms < D))  # takes overflow and its NaN in too
    if 16 * len(rows) > D.size:
        return _plainly(X, P, SQUARED)
    gaps = X[rows] - P[columns]
    D[rows, columns] = np.einsum("ij,ij->i", gaps, gaps)
    return D


def distances(X: Array, P: Array, metric: Metric = SQUARED) -> Array:
    """D(p, x) of each row of X to each row of P, n×m.

    Parameters
    ----------
    X : ndarray, shape (n, d)
    P : ndarray, shape (m, d)
    metric : str or callable
        A name that SciPy's `cdist` knows, or a function (x, p) -> number.

    Notes: eq 5.14, Def 191
    """
    if metric == SQUARED:
        return squared_distances(X, P)
    return _plainly(X, P, metric)


def _plainly(X: Array, P: Array, metric: Metric) -> Array:
    every: Any = cdist  # its types list the names it knows, one overload each
    return np.asarray(every(X, P, metric), dtype=np.float64)


def radial_features(X: Array, P: Array, beta: float, metric: Metric = SQUARED) -> Array:
    """f_p(x) = exp(−β D(p, x)) of each row of X and each centre, in blocks of rows.

    Parameters
    ----------
    X : ndarray, shape (n, d)
    P : ndarray, shape (m, d)
        The centres.
    beta : float
        β, in units of 1/D.
    metric : str or callable
        As `distances` takes it.

    Returns
    -------
    ndarray, shape (n, m)

    Examples
    --------
    >>> radial_features(np.array([[0.0], [2.0]]), np.array([[0.0]]), 0.5).ravel().round(4).tolist()
    [1.0, 0.1353]

    Notes: Def 190, Def 191
    """
    out = np.empty((len(X), len(P)))
    about = P.mean(axis=0) if metric == SQUARED else np.zeros(P.shape[1])
    X, P = X - about, P - about  # nearer to the origin, so that less cancels

    def block(start: int, stop: int) -> None:
        D = distances(X[start:stop], P, metric)
        D *= -beta
        np.exp(D, out=out[start:stop])

    with one_blas_thread(1):
        over_blocks(block, len(X), max(1, BLOCK_NUMBERS // max(len(P), 1)))
    return out


def median_beta(D: Array) -> float:
    """The median rule: β = 1/median of the distances between distinct points.

    At the median distance a feature is then 1/e. Where no two points differ, β is 1.

    Parameters
    ----------
    D : ndarray of distances

    Examples
    --------
    >>> median_beta(np.array([[0.0, 4.0], [4.0, 0.0]]))
    0.25

    Notes: Def 190
    """
    apart = D[(D > 0) & np.isfinite(D)]
    middle = float(np.median(apart)) if len(apart) else 1.0
    return float(np.clip(1.0 / middle, np.finfo(float).tiny, np.finfo(float).max))
