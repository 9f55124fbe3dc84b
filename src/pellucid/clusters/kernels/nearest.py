"""The nearest mean of each point, and the distance to the own one, compiled: bits as the formulas'.

Notes: Notation 229, KE 220
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from pellucid.clusters.kernels.compensated_sums import compensated_parts, compensated_sum
from pellucid.clusters.kernels.distance_kernel import (
    MEANS,
    POINTS_32,
    POINTS_64,
    all_exact_gaps_tile,
    gap_tile,
)
from pellucid.clusters.kernels.k_means_loss import Array
from pellucid.clusters.kernels.points import Points, piece_runner
from pellucid.compiled import read_only


def packed_exactly(means: Array) -> tuple[Array, Array]:
    """Means for the double precision tile: six side by side for each column, missing ones far off.

    Notes: Notation 229
    """
    k, d = means.shape
    groups = -(-k // MEANS)
    packed, initial = np.zeros((groups * MEANS, d)), np.full(groups * MEANS, np.inf)
    packed[:k], initial[:k] = means, 0.0
    side_by_side = np.ascontiguousarray(packed.reshape(groups, MEANS, d).transpose(0, 2, 1))
    return side_by_side, initial.reshape(groups, MEANS)


@numba.njit(nogil=True, cache=True)
def _fill(X, rows, count, panel):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Rows side by side; the last one fills the panel up."""
    for r in range(POINTS_64):
        i = rows[min(r, count - 1)]
        for t in range(X.shape[1]):
            panel[t, r] = X[i, t]


@numba.njit(nogil=True, cache=True)
def nearest_in_double_precision(X, rows, count, packed, initial, panel, best, second, index):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Some rows of X against all means, in double precision, as the plain formula has it."""
    d = X.shape[1]
    _fill(X, rows, count, panel)
    for r in range(POINTS_64):
        best[r], second[r], index[r] = np.inf, np.inf, 0
    for m in range(len(packed)):
        gap_tile(
            panel.ctypes.data, packed[m].ctypes.data, initial[m].ctypes.data, d, m * MEANS,
            best.ctypes.data, second.ctypes.data, index.ctypes.data,
        )  # fmt: skip


@numba.njit(nogil=True, cache=True)
def _nearest(X, packed, initial, start, stop, y, D):  # type: ignore[no-untyped-def]  # pragma: no cover
    panel, index = np.empty((X.shape[1], POINTS_64)), np.empty(POINTS_64, dtype=np.int32)
    best, second = np.empty(POINTS_64), np.empty(POINTS_64)
    for i in range(start, stop, POINTS_64):
        rows = np.arange(i, min(i + POINTS_64, stop))
        nearest_in_double_precision(X, rows, len(rows), packed, initial, panel, best, second, index)
        for r in range(len(rows)):
            y[i + r], D[i + r] = index[r], best[r]


@numba.njit(nogil=True, cache=True)
def _gaps(X, packed, initial, start, stop, D):  # type: ignore[no-untyped-def]  # pragma: no cover
    d, k = X.shape[1], D.shape[1]
    panel, sums = np.empty((d, POINTS_64)), np.empty((MEANS, POINTS_64))
    for i in range(start, stop, POINTS_64):
        rows = np.arange(i, min(i + POINTS_64, stop))
        _fill(X, rows, len(rows), panel)
        for m in range(len(packed)):
            all_exact_gaps_tile(
                panel.ctypes.data,
                packed[m].ctypes.data,
                initial[m].ctypes.data,
                d,
                sums.ctypes.data,
            )
            for c in range(min(MEANS, k - m * MEANS)):
                for r in range(len(rows)):
                    D[i + r, m * MEANS + c] = sums[c, r]


@numba.njit(nogil=True, cache=True)
def _squared_distance_piece(X, means, y, start, stop, D):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Four rows at a time: the additions of one wait for each other."""
    d = X.shape[1]
    i = start
    while i + 4 <= stop:
        a, b, c, e = 0.0, 0.0, 0.0, 0.0
        ja, jb, jc, je = y[i], y[i + 1], y[i + 2], y[i + 3]
        for t in range(d):
            a += (X[i, t] - means[ja, t]) ** 2
            b += (X[i + 1, t] - means[jb, t]) ** 2
            c += (X[i + 2, t] - means[jc, t]) ** 2
            e += (X[i + 3, t] - means[je, t]) ** 2
        D[i], D[i + 1], D[i + 2], D[i + 3] = a, b, c, e
        i += 4
    for r in range(i, stop):
        a = 0.0
        for t in range(d):
            a += (X[r, t] - means[y[r], t]) ** 2
        D[r] = a


def nearest_of_rows(X: Array, means: Array) -> tuple[NDArray[np.intp], Array]:
    """`k_means_loss.nearest_mean`, by all cores.

    Parameters
    ----------
    X : array of shape (n, d)
    means : array of shape (k, d)

    Returns
    -------
    y : array of int, shape (n,)
    D : array of shape (n,)

    Examples
    --------
    >>> y, D = nearest_of_rows(np.array([[0.0], [5.0], [9.0]]), np.array([[1.0], [9.0]]))
    >>> y.tolist(), D.tolist()
    ([0, 0, 1], [1.0, 16.0, 0.0])

    Notes: Notation 229
    """
    X, y, D = read_only(X), np.empty(len(X), dtype=np.intp), np.empty(len(X))
    packed, initial = packed_exactly(means)

    def piece(first: int, last: int) -> None:
        _nearest(X, packed, initial, first * POINTS_32, min(last * POINTS_32, len(X)), y, D)

    with piece_runner(*X.shape) as over:
        over(piece)
    return y, D


def gaps_of_rows(X: Array, means: Array) -> Array:
    """`k_means_loss.squared_distances`, by all cores.

    Parameters
    ----------
    X : array of shape (n, d)
    means : array of shape (k, d)

    Returns
    -------
    array of shape (n, k)

    Examples
    --------
    >>> gaps_of_rows(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [1.0, 0.0]])).tolist()
    [[25.0, 1.0]]

    Notes: Concept 217
    """
    X, D = read_only(X), np.empty((len(X), len(means)))
    packed, initial = packed_exactly(means)

    def piece(first: int, last: int) -> None:
        _gaps(X, packed, initial, first * POINTS_32, min(last * POINTS_32, len(X)), D)

    with piece_runner(*X.shape) as over:
        over(piece)
    return D


def squared_distance_to_own_mean(X: Array, means: Array, y: Any) -> Array:
    """‖x⁽ⁱ⁾ − μ⁽ʸ⁾‖² with y the label of the point: shape (n,).

    Notes: Concept 217
    """
    D = np.empty(len(X))
    _squared_distance_piece(read_only(X), means, y, 0, len(X), D)
    return D


def loss_with_labels(
    points: Points, runs: Sequence[tuple[Array, NDArray[np.int32]]], over: Any
) -> list[float]:
    """L of several means with their labels.

    Notes: KE 220
    """
    X, weights = points.X, points.weights

    def piece(first: int, last: int) -> list[tuple[float, float]]:
        start, stop = first * POINTS_32, min(last * POINTS_32, len(X))
        D, made = np.empty(len(X)), []
        for means, y in runs:
            _squared_distance_piece(X, means, y, start, stop, D)
            made.append(compensated_parts(D[start:stop], weights[start:stop]))
        return made

    parts = np.array(over(piece))
    return [compensated_sum(parts[:, r].T.ravel()) for r in range(len(runs))]
