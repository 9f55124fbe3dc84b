"""One look at the rows of a tile: the spread and the ends of its columns, compiled.

Notes: Def 208, Def 12
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from pellucid.compiled import read_only
from pellucid.data.scaling import LARGEST, SMALLEST, Spread, spread, without_rounding

Array = NDArray[np.float64]
RUN = 1024  # rows summed up before they are added to the others: less is lost to rounding
FAR = 100.0  # deviations between mean and middle at which squares about the middle lose four digits


def spread_and_ends(X: Array, weights: Array) -> tuple[Spread, Array, Array]:
    """Weight, mean and deviation of each column, its least value and its largest.

    `scaling.spread` reads the rows twice, once for means and once for squares about them. Here
    squares are taken about a middle that the first rows give; where it turns out to lie far from
    the mean, or squares overflow or vanish, `spread` answers.

    Parameters
    ----------
    X : array of shape (n, d)
        Finite numbers, row after row in memory.
    weights : array of shape (n,)
        Positive.

    Returns
    -------
    Spread, low and high of shape (d,)

    Examples
    --------
    >>> found, low, high = spread_and_ends(np.array([[1.0, 5.0], [3.0, 5.0]]), np.ones(2))
    >>> found.mean.tolist(), found.deviation.tolist(), low.tolist(), high.tolist()
    ([2.0, 5.0], [1.0, 0.0], [1.0, 5.0], [3.0, 5.0])

    Notes: Def 208, eq 5.32, eq 5.34
    """
    with np.errstate(over="ignore", invalid="ignore"):
        total, middle, first, second, low, high = _look(read_only(X), weights)
        shift = first / total
        variance = second / total - shift**2
        deviation = np.sqrt(np.maximum(variance, 0.0))
        plain = (deviation > SMALLEST) & (deviation < LARGEST) & (np.abs(shift) < FAR * deviation)
    constant = low == high
    if not (plain | constant).all():
        return spread(X, weights), low, high
    mean = np.where(constant, low, middle + shift)
    deviation = np.where(constant, 0.0, without_rounding(deviation, mean))
    return Spread(np.full(len(mean), total), mean, deviation), low, high


@numba.njit(nogil=True, cache=True)
def _look(X, weights):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Σ w, a middle c of each column, Σ w (x − c), Σ w (x − c)², least and largest x."""
    n, d = X.shape
    middle, low, high = np.zeros(d), np.empty(d), np.empty(d)
    first, second, part, squares = np.zeros(d), np.zeros(d), np.zeros(d), np.zeros(d)
    some, total = min(n, RUN), 0.0
    for i in range(some):
        for t in range(d):
            middle[t] += X[i, t]
    for t in range(d):
        middle[t] /= some
        low[t], high[t] = X[0, t], X[0, t]
    for start in range(0, n, RUN):
        weight = 0.0
        for t in range(d):
            part[t], squares[t] = 0.0, 0.0
        for i in range(start, min(start + RUN, n)):
            w = weights[i]
            weight += w
            for t in range(d):
                x = X[i, t]
                gap = x - middle[t]
                part[t] += w * gap
                squares[t] += w * gap * gap
                low[t] = x if x < low[t] else low[t]
                high[t] = x if x > high[t] else high[t]
        total += weight
        for t in range(d):
            first[t] += part[t]
            second[t] += squares[t]
    return total, middle, first, second, low, high
