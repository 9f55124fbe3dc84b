"""Single axes along which the rows fall into heaps: what long, thin groups leave to be found.

Groups that are stretched far along one direction are nearer to parts of each other than their own
ends are, and means cut across them. Seen along one column, or one principal axis, they are heaps.

Notes: §6.3.5, §6.3.12, Concept 236
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pellucid.clusters.evidence import compare_halves

Array = NDArray[np.float64]
MOST_HEAPS = 5
SPLITS, STARTS = 6, 2
CONSISTENT = 0.9
SIGNIFICANT = 0.01  # shared out among the axes that are looked at
CLEAR = 0.25  # rows half-way for one at a mean: along a line, more of them may pass at either side
MOST_AXES = 20


@dataclass(frozen=True)
class Axis:
    """A direction along which the rows fall into `modes`: `weights` has one entry a column."""

    weights: Array
    modes: int
    column: int | None


def axis_with_groups(X: Array, numbers: list[int], seed: int = 0) -> Axis | None:
    """The column, or else the principal axis, along which rows fall into heaps most clearly.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        Centred rows.
    numbers : list of int
        The columns that are numbers; a category has heaps by nature.
    seed : int

    Returns
    -------
    Axis or None
        None when every axis shows a single heap.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> X = random.normal(size=(300, 2)) * [4, 1] + np.outer(np.arange(300) % 3, [0, 9])
    >>> found = axis_with_groups(X - X.mean(axis=0), [0, 1])
    >>> found.column, found.modes
    (1, 3)

    Notes: Concept 236
    """
    directions = _directions(X, numbers)
    threshold = SIGNIFICANT / max(len(directions), 1)
    best: tuple[float, Axis] | None = None
    for weights, column in directions:
        along = (X @ weights)[:, None]
        heaps, valley = _modes_on_axis(along, threshold, seed)
        if heaps > 1 and (best is None or valley < best[0]):
            best = valley, Axis(weights, heaps, column)
    return None if best is None else best[1]


def _directions(X: Array, numbers: list[int]) -> list[tuple[Array, int | None]]:
    """Columns, then principal axes of the number columns, those of little spread last."""
    d = X.shape[1]
    kept = [j for j in numbers if X[:, j].std() > 0][:MOST_AXES]
    found: list[tuple[Array, int | None]] = [(np.eye(d)[j], j) for j in kept]
    if len(kept) < 2:
        return found
    _, sizes, axes = np.linalg.svd(X[:, kept], full_matrices=False)
    for axis in axes[sizes > 1e-9 * sizes[0]]:
        weights = np.zeros(d)
        weights[kept] = axis
        found.append((weights, None))
    return found


def _modes_on_axis(coordinates: Array, threshold: float, seed: int) -> tuple[int, float]:
    """The largest number of heaps on a line that halves agree on and valleys part; 1 for none."""
    ks = [k for k in range(2, MOST_HEAPS + 1) if 8 * k <= len(coordinates)]
    if not ks or not (coordinates != coordinates[0]).any():
        return 1, 1.0
    cut = compare_halves(coordinates, ks, SPLITS, STARTS, seed)
    valleys = np.median(cut.valleys, axis=0)
    passes = (cut.consistency.mean(axis=0) >= CONSISTENT) & (valleys <= threshold)
    passes &= np.median(cut.depths, axis=0) <= CLEAR
    if not passes.any():
        return 1, 1.0
    at = int(np.flatnonzero(passes)[-1])
    return ks[at], float(valleys[at])
