"""Passes over the points that k-means++ and k-means‖ make: distances to candidates for a mean.

Distances are sums of squared gaps in single precision: exact zeros for equal points, and more than
good enough to draw by.

Notes: Concept 215, Concept 231
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from pellucid.clusters.kernels.distance_kernel import MEANS, POINTS_32, all_gaps_tile
from pellucid.clusters.kernels.k_means_loss import Array
from pellucid.clusters.kernels.points import Points
from pellucid.clusters.solvers.subsampling import BUCKETS, Order

Singles = NDArray[np.float32]


@numba.njit(nogil=True, cache=True)
def _gains(panels, weights, D, packed, first, last):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Σᵢ wᵢ min(Dᵢ, ‖x⁽ⁱ⁾ − candidate‖²) for each candidate: what the loss would come to."""
    groups, d = packed.shape[:2]
    sums = np.empty((MEANS, POINTS_32), dtype=np.float32)
    total = np.zeros((groups * MEANS, POINTS_32))
    weight, initial = np.ones(POINTS_32), np.zeros(MEANS, dtype=np.float32)
    n = len(weights)
    for p in range(first, last):
        for r in range(POINTS_32 if n else 0):
            i = p * POINTS_32 + r
            weight[r] = weights[i] if i < n else 0.0
        for m in range(groups):
            all_gaps_tile(
                panels[p].ctypes.data,
                packed[m].ctypes.data,
                initial.ctypes.data,
                d,
                sums.ctypes.data,
            )
            for c in range(MEANS):
                for r in range(POINTS_32):
                    total[m * MEANS + c, r] += weight[r] * min(D[p * POINTS_32 + r], sums[c, r])
    gains = np.zeros(groups * MEANS)
    for c in range(groups * MEANS):  # `total.sum(axis=1)` takes seconds to compile
        for r in range(POINTS_32):
            gains[c] += total[c, r]
    return gains


@numba.njit(nogil=True, cache=True)
def _lower(panels, weights, D, packed, bucket, first, last):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Bring D down to the nearest candidate; the mass w·D of each bucket."""
    groups, d = packed.shape[:2]
    sums = np.empty((MEANS, POINTS_32), dtype=np.float32)
    initial, held = np.zeros(MEANS, dtype=np.float32), np.zeros(BUCKETS)
    for p in range(first, last):
        start = p * POINTS_32
        for m in range(groups):
            all_gaps_tile(
                panels[p].ctypes.data,
                packed[m].ctypes.data,
                initial.ctypes.data,
                d,
                sums.ctypes.data,
            )
            for c in range(MEANS):
                for r in range(POINTS_32):
                    D[start + r] = min(D[start + r], sums[c, r])
        for i in range(start, min(start + POINTS_32, len(bucket))):
            held[bucket[i]] += D[i] * (weights[i] if len(weights) else 1.0)
    return held


def _packed(points: Points, rows: Any) -> Singles:
    """Points as candidates, six side by side for each column; the last one fills up."""
    p, s = np.divmod(np.asarray(rows), POINTS_32)
    chosen = points.panels[p, :, s]
    groups = -(-len(chosen) // MEANS)
    filled = chosen[np.minimum(np.arange(groups * MEANS), len(chosen) - 1)]
    return np.ascontiguousarray(filled.reshape(groups, MEANS, -1).transpose(0, 2, 1))


def initial_distances(points: Points) -> Singles:
    """Squared distances before there is any mean: infinite, and 0 for what fills up a panel."""
    D = np.zeros(len(points.sizes), dtype=np.float32)
    D[: len(points.X)] = np.inf
    return D


def losses_with_candidates(points: Points, D: Singles, rows: Any, over: Any) -> Array:
    """Loss with each of some rows as one more mean.

    Parameters
    ----------
    points : Points
    D : array of float32
        Squared distances to the means so far.
    rows : sequence of int, length m
    over : as `points.piece_runner` yields it

    Returns
    -------
    array of shape (m,)

    Notes: Concept 231
    """
    packed = _packed(points, rows)
    parts = over(lambda a, b: _gains(points.panels, points.weights, D, packed, a, b))
    return np.asarray(np.sum(parts, axis=0)[: len(rows)])


def update_distances(points: Points, D: Singles, rows: Any, order: Order, over: Any) -> Array:
    """Take some rows as means: D falls where they are nearer; mass of each bucket afterwards.

    Notes: Concept 231
    """
    packed = _packed(points, rows)
    parts = over(lambda a, b: _lower(points.panels, points.weights, D, packed, order.bucket, a, b))
    return np.asarray(np.sum(parts, axis=0))
