"""Moments of each fold from one pass over blocks; and least squares where moments lose digits.

Notes: §2.5.6, Def 85, KE 71
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
import scipy.linalg as sl
from numpy.typing import NDArray

from pellucid.data.blocks.passes import Passes
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.tiles import Tile
from pellucid.errors import TooLargeError
from pellucid.linear.solvers.moments import Moments, merge, partials, uncentred
from pellucid.linear.solvers.ridge_fit import LARGEST_GRAM
from pellucid.linear.solvers.ridge_solutions import (
    Solution,
    augmented_rows,
    by_qr,
    from_moments,
)

Array = NDArray[np.float64]
Folded = dict[int, Moments]  # by fold; no entry where no row is of it
Sample = tuple[Array, Array, Array | None, NDArray[np.intp]]  # X, Y, weights, fold of each row
Read = Callable[[Tile], Sample]


def moments_by_fold(X: Array, Y: Array, weights: Array | None, fold: NDArray[np.intp]) -> Folded:
    """Moments of the rows of each fold that is there.

    Notes: §2.5.6, Def 85
    """
    if not len(fold):
        return {}
    lowest = int(fold.min())
    counts = np.bincount(fold - lowest)
    present = np.flatnonzero(counts) + lowest
    codes = (np.cumsum(counts > 0) - 1)[fold - lowest]
    found = partials(X, Y, weights, codes, len(present), threaded=False)
    return dict(zip(present.tolist(), found, strict=True))


def merge_folds(a: Folded, b: Folded) -> Folded:
    """Moments of two runs of rows together, fold by fold."""
    both = {j: merge(a[j], b[j]) for j in a if j in b}
    return {**a, **b, **both}


def moments_of_folds(passes: Passes, source: RowBlocks, read: Read) -> Folded:
    """One pass: the moments of each fold.

    Parameters
    ----------
    read : callable Tile -> X, Y, weights, fold

    Notes: §2.5.6, Def 85
    """
    found = passes.reduce(source, lambda tile: moments_by_fold(*read(tile)), merge_folds)
    return dict(sorted(found.items()))


def moments_without(folds: Folded, without: tuple[int, ...] = ()) -> Moments:
    """The moments of all folds but some."""
    return reduce(merge, [m for j, m in folds.items() if j not in without])


def errors_of_folds(
    passes: Passes,
    source: RowBlocks,
    read: Read,
    hypotheses: dict[int, tuple[Array, Array]],
) -> dict[int, Array]:
    """Σ w (θᵀx + θ₀ − y)² of each fold's rows under its own hypotheses, from the rows: (a, t).

    Notes: KE 55
    """

    def partial(tile: Tile) -> dict[int, Array]:
        X, Y, weights, fold = read(tile)
        return {j: _errors(X, Y, weights, fold == j, *each) for j, each in hypotheses.items()}

    return passes.reduce(source, partial, _added)


def _errors(
    X: Array, Y: Array, weights: Array | None, mask: Any, thetas: Array, offsets: Array
) -> Array:
    w = np.ones(int(mask.sum())) if weights is None else weights[mask]
    left = (X[mask] @ t + o - Y[mask] for t, o in zip(thetas, offsets, strict=True))
    return np.array([w @ r**2 for r in left])


def _added(a: dict[int, Array], b: dict[int, Array]) -> dict[int, Array]:
    return {j: a[j] + b[j] for j in a}


def solve_on_blocks(
    passes: Passes,
    source: RowBlocks,
    read: Read,
    moments: Moments,
    lam: float,
    *,
    offset: bool,
) -> tuple[Solution, Array]:
    """θ and θ₀ at λ: from the moments; where these lose digits, by QR of all rows, in one pass.

    Raises
    ------
    TooLargeError
        When there are too many columns for a Gram matrix.

    Notes: KE 71, Concept 72
    """
    d = len(moments.x_mean)
    if d > LARGEST_GRAM:
        raise TooLargeError(
            f"{d:,} columns make a Gram matrix too large for a fit on blocks (at most "
            f"{LARGEST_GRAM:,}): leave columns out, or fit a sample in memory."
        )
    centred = moments if offset else uncentred(moments)
    solution = from_moments(centred, lam)
    if solution is None:
        solution = _by_qr(passes, source, read, centred, lam)
    return solution, np.asarray(centred.y_mean - centred.x_mean @ solution.theta)


def _by_qr(
    passes: Passes,
    source: RowBlocks,
    read: Read,
    m: Moments,
    lam: float,
) -> Solution:
    """R of [x − x̄, y − ȳ] of all rows, merged tile by tile, holds all that least squares needs."""
    d = len(m.x_mean)

    def partial(tile: Tile) -> Array:
        X, Y, weights, _ = read(tile)
        rows = np.hstack([X - m.x_mean, Y - m.y_mean])
        return triangular_factor(rows if weights is None else rows * np.sqrt(weights)[:, None])

    R = passes.reduce(source, partial, lambda a, b: triangular_factor(np.vstack([a, b])))
    Z, T = R[:, :d], R[:, d:]
    rows = augmented_rows(Z, T, lam, m.weight) if lam > 0 else (Z, T)
    solution = by_qr(*rows)[0]
    named = f"{solution.solver} of blocks"
    return Solution(solution.theta, named, solution.condition, solution.dependent)


def triangular_factor(rows: Array) -> Array:
    """R of a QR decomposition of the rows; these themselves where they are fewer than columns."""
    if len(rows) <= rows.shape[1]:
        return rows
    return np.asarray(sl.qr(rows, mode="r", check_finite=False)[0][: rows.shape[1]])
