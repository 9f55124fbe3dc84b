"""What a cycle does with its few means: packed for the tiles, averaged, moved.

A small table takes thousands of cycles a second, so each is one call and not a dozen of NumPy.

Notes: Def 225
"""

from __future__ import annotations

import numba
import numpy as np

from pellucid.clusters.kernels.compensated_sums import add_up
from pellucid.clusters.kernels.distance_kernel import MEANS


@numba.njit(nogil=True, cache=True)
def pack_means(means, centre, scale):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The means for both tiles: centred, scaled and times −2 in single precision; as they are."""
    k, d = means.shape
    groups = -(-k // MEANS)
    small = np.zeros((groups, d, MEANS), dtype=np.float32)
    squares = np.full((groups, MEANS), np.inf, dtype=np.float32)  # missing means are far off
    exact = np.zeros((groups, d, MEANS))
    initial = np.full((groups, MEANS), np.inf)
    longest = 0.0
    for j in range(k):
        g, m = j // MEANS, j % MEANS
        square = 0.0
        for t in range(d):
            entry = (means[j, t] - centre[t]) * scale
            square += entry * entry
            small[g, t, m] = np.float32(-2.0 * entry)
            exact[g, t, m] = means[j, t]
        squares[g, m] = np.float32(square)
        initial[g, m] = 0.0
        longest = max(longest, square)
    return (small, squares, np.sqrt(longest) * (1 + 1e-6)), (exact, initial)


@numba.njit(nogil=True, cache=True)
def add_parts(high, low, more, less):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Sums in two parts plus sums in two parts, in place."""
    for j in range(high.shape[0]):
        for t in range(high.shape[1]):
            total = high[j, t] + more[j, t]
            back = total - high[j, t]
            low[j, t] += (high[j, t] - (total - back)) + (more[j, t] - back) + less[j, t]
            high[j, t] = total


@numba.njit(nogil=True, cache=True, error_model="numpy")
def averages(high, low, members, means):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The averages of the clusters' rows, an empty one where it was; Σ squares of the moves."""
    k, d = means.shape
    found, squares = means.copy(), np.zeros(k * d)
    for j in range(k):
        if members[j] > 0:
            weight = high[j, d] + low[j, d]
            for t in range(d):
                found[j, t] = (high[j, t] + low[j, t]) / weight
                step = found[j, t] - means[j, t]
                squares[j * d + t] = step * step
    more, less = add_up(squares, np.empty(0))
    return found, more + less


@numba.njit(nogil=True, cache=True)
def add_moves(means, former, scale, moved):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Each slack is used up by how far its mean and the others have moved."""
    k, d = means.shape
    gaps = np.zeros(k)
    first, second = 0.0, 0.0  # the longest moves
    for j in range(k):
        square = 0.0
        for t in range(d):
            step = (means[j, t] - former[j, t]) * scale
            square += step * step
        gaps[j] = np.sqrt(square) * (1 + 1e-9)
        second = max(second, min(first, gaps[j]))
        first = max(first, gaps[j])
    if k > 1:
        for j in range(k):
            moved[j] += gaps[j] + (second if gaps[j] == first else first)
