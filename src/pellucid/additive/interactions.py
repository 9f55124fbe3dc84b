"""Which pairs of columns the curves alone leave something to: residuals in cells of both.

Notes: §5.2, Def 187, Concept 87
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
CELLS = 6  # cells along an amount
MOST_CELLS = 12  # along a category


def coarse_cells(x: Array, category: bool, weights: Array) -> NDArray[np.intp]:
    """A coarse cell of each row: quantiles, or the commonest categories; 0 where missing."""
    there = np.isfinite(x)
    found = np.zeros(len(x), dtype=np.intp)
    if category:
        values, place = np.unique(x[there], return_inverse=True)
        mass = np.bincount(place, weights[there], len(values))
        rank = np.empty(len(values), dtype=np.intp)
        rank[np.argsort(-mass, kind="stable")] = np.arange(len(values))
        found[there] = 1 + np.minimum(rank[place], MOST_CELLS - 1)
        return found
    edges = np.unique(_quantiles(x[there], weights[there]))
    found[there] = 1 + np.searchsorted(edges, x[there], side="right")
    return found


def _quantiles(x: Array, weights: Array) -> Array:
    if not len(x):
        return np.empty(0)
    order = np.argsort(x, kind="stable")
    rank = np.cumsum(weights[order])
    wanted = rank[-1] * np.arange(1, CELLS) / CELLS
    return np.asarray(x[order][np.searchsorted(rank, wanted).clip(max=len(x) - 1)])


def interaction_strength(cells: NDArray[np.intp], residual: Array, curvature: Array) -> float:
    """How far the sums of residuals in cells exceed chance, in standard deviations.

    Parameters
    ----------
    cells : ndarray of int, shape (n,)
    residual, curvature : ndarray, shape (n, k)
        Residuals and their variances, for each output.
    """
    best = -np.inf
    for c in range(residual.shape[1]):
        sums = np.bincount(cells, residual[:, c])
        spread = np.bincount(cells, curvature[:, c])
        used = spread > 0
        squares = sums[used] ** 2 / spread[used]
        df = max(int(used.sum()) - 1, 1)
        # A cell with few rows may owe a large sum to one of them.
        best = max(best, (np.minimum(squares, 40.0).sum() - df) / np.sqrt(2 * df))
    return float(best)


def curvature_strength(X: Array, weights: Array, residual: Array, curvature: Array) -> Array:
    """The same for a line and a parabola of each of many amounts, all in a few products: (d,)."""
    there = np.isfinite(X)
    mass = np.maximum(weights @ there, 1e-300)
    centre = weights @ np.where(there, X, 0.0) / mass
    Z = np.where(there, X - centre, 0.0)
    scale = np.sqrt(weights @ Z**2 / mass)
    Z /= np.where(scale > 0, scale, 1.0)
    parabola = np.where(there, np.clip(Z, -3, 3) ** 2, 0.0)
    parabola = np.where(there, parabola - weights @ parabola / mass, 0.0)
    best = np.full(X.shape[1], -np.inf)
    for c in range(residual.shape[1]):
        total = np.zeros(X.shape[1])
        for function in (Z, parabola):
            spread = curvature[:, c] @ function**2
            total += (residual[:, c] @ function) ** 2 / np.where(spread > 0, spread, np.inf)
        best = np.maximum(best, (total - 2) / 2)
    return np.asarray(best)


def strongest_pairs(
    cells: Sequence[NDArray[np.intp]],
    columns: Sequence[int],
    residual: Array,
    curvature: Array,
    max_pairs: int,
) -> list[tuple[int, int]]:
    """The pairs of columns whose cells still hold most, strongest first.

    Notes: §5.2
    """
    found = []
    for at, i in enumerate(columns):
        for j in columns[at + 1 :]:
            both = cells[i] * (int(cells[j].max(initial=0)) + 1) + cells[j]
            score = interaction_strength(both, residual, curvature)
            if score > 0:
                found.append((-score, min(i, j), max(i, j)))
    found.sort()
    return [(i, j) for _, i, j in found[:max_pairs]]
