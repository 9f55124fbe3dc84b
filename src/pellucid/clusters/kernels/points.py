"""The points as the passes over them want it: beside the rows, a compact copy in panels.

A panel holds as many points as a tile does, column after column, in single precision, centred and
brought to size 1. It serves to tell which distances matter. Whatever it cannot tell for certain is
settled from the rows themselves.

Notes: Concept 214
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from pellucid.clusters.kernels.compensated_sums import NO_WEIGHTS
from pellucid.clusters.kernels.distance_kernel import POINTS_32
from pellucid.clusters.kernels.k_means_loss import Array
from pellucid.compiled import read_only
from pellucid.linear.kernels.row_pieces import PIECE_NUMBERS, PIECES, threads
from pellucid.threads import is_single_threaded

Frame = tuple[Array, float]  # a centre, and a power of two


@dataclass(frozen=True)
class Points:
    """Rows and their panels.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        A view of it, `read_only`, is kept.
    weights : ndarray, shape (n,) or (0,)
        Empty where every row counts once.
    panels : ndarray of float32, shape (p, d, POINTS_32)
        (x − centre) · scale; columns of zeros fill the last one up.
    sizes : ndarray of float32, shape (p · POINTS_32,)
        Lengths of these, rounded up.
    centre : ndarray, shape (d,)
    scale : float
        A power of 2.
    spread : float
        Mean over the columns of the mean squared distance from the centre.
    """

    X: Array
    weights: Array
    panels: NDArray[np.float32]
    sizes: NDArray[np.float32]
    centre: Array
    scale: float
    spread: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "X", read_only(self.X))


@numba.njit(nogil=True, cache=True)
def _extent(X, weights, start, stop):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Sum, least and largest of each column, and the sum of weights."""
    d = X.shape[1]
    sums, least, most = np.zeros(d), np.full(d, np.inf), np.full(d, -np.inf)
    counted = 0.0
    for i in range(start, stop):
        weight = weights[i] if len(weights) else 1.0
        counted += weight
        for t in range(d):
            x = X[i, t]
            sums[t] += weight * x
            least[t] = x if x < least[t] else least[t]
            most[t] = x if x > most[t] else most[t]
    return sums, least, most, counted


@numba.njit(nogil=True, cache=True)
def _fill(X, weights, centre, scale, first, last, panels, sizes):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Fill some panels; the weighted sum of squares of what stands in them."""
    n, d = X.shape
    width = panels.shape[2]
    total, squares = 0.0, np.empty(width)
    for p in range(first, last):
        start = p * width
        count = min(width, n - start)
        squares[:] = 0.0
        for t in range(d):
            for r in range(count):
                entry = np.float32((X[start + r, t] - centre[t]) * scale)
                panels[p, t, r] = entry
                squares[r] += np.float64(entry) * np.float64(entry)
            panels[p, t, count:] = 0.0
        for r in range(width):
            sizes[start + r] = np.float32(np.sqrt(squares[r]) * (1 + 2e-7))
        for r in range(count):
            total += squares[r] * (weights[start + r] if len(weights) else 1.0)
    return total


def piece_bounds(n: int, d: int) -> list[int]:
    """First panels of the pieces in which n rows are worked on, and the end.

    They follow from the table and from how many points a panel holds on this processor: not from
    the number of threads.

    Examples
    --------
    >>> piece_bounds(10, 2)
    [0, 1]

    Notes: Concept 214
    """
    panels = -(-n // POINTS_32)
    count = int(np.clip(n * d // PIECE_NUMBERS, 1, min(PIECES, panels)))
    cuts: list[int] = np.linspace(0, panels, count + 1).astype(int).tolist()
    return cuts


@contextmanager
def piece_runner(n: int, d: int) -> Iterator[Any]:
    """A function that does a job on each piece of n rows, by as many threads as there are cores.

    Notes: Concept 214
    """
    cuts = piece_bounds(n, d)
    if len(cuts) == 2 or threads() == 1 or is_single_threaded():
        yield lambda job: [job(a, b) for a, b in pairwise(cuts)]
        return
    with ThreadPoolExecutor(threads()) as workers:
        yield lambda job: list(workers.map(job, cuts[:-1], cuts[1:]))


def panels_from_rows(
    X: Array, weights: Array | None, over: Any, frame: Frame | None = None
) -> Points:
    """Rows as points.

    Parameters
    ----------
    X : array of shape (n, d), in C order
    weights : array of shape (n,), optional
    over : as `piece_runner` yields it
    frame : centre and scale, optional
        Where they are known, rows are not looked at for them.

    Returns
    -------
    Points

    Notes: Concept 214
    """
    n, d = X.shape
    X = read_only(X)
    w = NO_WEIGHTS if weights is None else weights
    if frame is None:
        parts = over(lambda a, b: _extent(X, w, a * POINTS_32, min(b * POINTS_32, n)))
        sums, least, most, counted = zip(*parts, strict=True)
        total = sum(counted)
        frame = frame_of(np.sum(sums, axis=0) / total, np.min(least, 0), np.max(most, 0))
    else:
        total = float(w.sum()) if len(w) else n
    centre, scale = frame
    count = -(-n // POINTS_32)
    panels = np.empty((count, d, POINTS_32), dtype=np.float32)
    sizes = np.empty(count * POINTS_32, dtype=np.float32)
    squares = over(lambda a, b: _fill(X, w, centre, scale, a, b, panels, sizes))
    spread = float(sum(squares)) / total / d / scale / scale
    return Points(X, w, panels, sizes, centre, scale, spread)


def frame_of(mean: Array, low: Array, high: Array) -> Frame:
    """The centre and the power of two by which rows between these ends fit single precision.

    Examples
    --------
    >>> centre, scale = frame_of(np.array([2.0]), np.array([0.0]), np.array([9.0]))
    >>> centre.tolist(), scale
    ([2.0], 0.125)

    Notes: Concept 214
    """
    # A centre in few digits: the order of the rows does not show in it.
    centre = np.asarray(mean).astype(np.float32).astype(np.float64)
    centre = np.where(np.isfinite(centre), centre, 0.0)
    largest = float(np.abs(np.stack([low, high]) - centre).max())
    return centre, float(np.ldexp(1.0, -int(np.frexp(largest)[1]))) if largest > 0 else 1.0
