"""Rows drawn at random along an order that follows from their values alone.

What is drawn does then not depend on the order of the rows, and a row of weight 2 is drawn as two
equal rows would be. The order is that of a fixed combination of the columns. It is kept in buckets,
and only a bucket that is drawn from is sorted.

Notes: Concept 215
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from pellucid.clusters.kernels.distance_kernel import POINTS_32
from pellucid.clusters.kernels.k_means_loss import Array

Rows = NDArray[np.int64]
BUCKETS = 2048


@dataclass(frozen=True)
class Order:
    """An order of rows.

    Parameters
    ----------
    key : ndarray, shape (n,)
        By which rows are sorted.
    bucket : ndarray of uint16, shape (n,)
        Rows of smaller key are in no later bucket.
    rows : ndarray of int, shape (n,)
        Bucket by bucket.
    bucket_starts : ndarray of int, shape (BUCKETS + 1,)
        Where each bucket begins in `rows`.
    """

    key: Array
    bucket: NDArray[np.uint16]
    rows: Rows
    bucket_starts: Rows


@numba.njit(nogil=True, cache=True)
def _keys(X, mixing, start, stop, key):  # type: ignore[no-untyped-def]  # pragma: no cover
    for i in range(start, stop):
        mixed = 0.0
        for t in range(X.shape[1]):
            mixed += X[i, t] * mixing[t]
        key[i] = mixed


def order_of_rows(X: Array, over: Any) -> Order:
    """The order of the rows of X (n×d); `over` as `points.piece_runner` yields it.

    Notes: Concept 215
    """
    n, key = len(X), np.empty(len(X))
    mixing = np.random.default_rng(0).normal(size=X.shape[1])
    over(lambda a, b: _keys(X, mixing, a * POINTS_32, min(b * POINTS_32, n), key))
    low, high = float(key.min()), float(key.max())
    step = (BUCKETS - 1) / (high - low) if high > low else 0.0
    bucket = ((key - low) * step).astype(np.uint16)
    rows = np.argsort(bucket, kind="stable")
    begins = np.searchsorted(bucket[rows], np.arange(BUCKETS + 1))
    return Order(key, bucket, rows, begins)


def sample_rows(order: Order, bucket_mass: Array, mass: Any, u: Array) -> list[int]:
    """Rows drawn in proportion to their mass.

    Parameters
    ----------
    order : Order
    bucket_mass : array of shape (BUCKETS,)
        Mass of each bucket; not all zero.
    mass : callable rows -> array
        Mass of some rows.
    u : array of shape (m,)
        Numbers in [0, 1) by which to draw.

    Returns
    -------
    list of int, length m

    Examples
    --------
    >>> order = order_of_rows(np.array([[3.0], [1.0], [2.0]]), lambda job: [job(0, 1)])
    >>> held = np.bincount(order.bucket, minlength=BUCKETS)
    >>> sample_rows(order, held, lambda rows: np.ones(len(rows)), np.array([0.1, 0.5, 0.9]))
    [1, 2, 0]

    Notes: Concept 215
    """
    reached = np.cumsum(bucket_mass)
    last = int(np.flatnonzero(bucket_mass)[-1])
    picked = []
    for target in u * reached[-1]:
        b = min(int(np.searchsorted(reached, target, side="right")), last)
        rows = order.rows[order.bucket_starts[b] : order.bucket_starts[b + 1]]
        rows = rows[np.argsort(order.key[rows], kind="stable")]
        inside = mass(rows)
        at = np.searchsorted(np.cumsum(inside), target - reached[b] + bucket_mass[b], side="right")
        picked.append(int(rows[min(int(at), int(np.flatnonzero(inside)[-1]))]))
    return picked


def row_order(X: Array) -> Rows:
    """All rows of X (n×d) in the order along which they are drawn.

    Examples
    --------
    >>> row_order(np.array([[3.0], [1.0], [2.0]])).tolist()
    [1, 2, 0]

    Notes: Concept 215
    """
    key = order_of_rows(X, lambda job: [job(0, -(-len(X) // POINTS_32))]).key
    return np.argsort(key, kind="stable")
