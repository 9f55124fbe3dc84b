"""How exactly one column tells another: pure functions of arrays, none of them fits a model.

Notes: §1.2.8, Def 12
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Cut:
    """Classes told by where a number lies: how many rows are right, and the edges between.

    `order` names the classes from low to high; for two classes told by an interval it has three
    entries, low, inside, high. `edges` are the cut points, one fewer.
    """

    right: int
    rows: int
    order: tuple[int, ...]
    edges: tuple[float, ...]

    @property
    def share(self) -> float:
        """Share of rows that are right."""
        return self.right / self.rows if self.rows else 0.0


def intervals_of(x: Numbers, codes: Array) -> Cut:
    """Cut numbers so that each class has an interval of its own, with as few errors as possible.

    Parameters
    ----------
    x : ndarray, shape (n,)
        Finite numbers.
    codes : ndarray of int, shape (n,)
        Class of each row, 0 … k − 1; each occurs.

    Returns
    -------
    Cut
        Classes in the order of their medians, one threshold between neighbours; for two classes
        also an interval is tried, which one class has to itself.

    Examples
    --------
    >>> import numpy as np
    >>> intervals_of(np.array([-2.0, -1.0, 1.0, 3.0]), np.array([0, 0, 1, 1]))
    Cut(right=4, rows=4, order=(0, 1), edges=(0.0,))
    """
    order = np.argsort(x, kind="stable")
    xs, cs = x[order], codes[order]
    ends = np.flatnonzero(np.append(xs[1:] > xs[:-1], True)) + 1  # a cut may stand after these
    k = int(codes.max()) + 1
    middles = [np.median(np.flatnonzero(cs == c)) for c in range(k)]
    ranked = np.argsort(middles, kind="stable")
    place = np.empty(k, dtype=np.intp)
    place[ranked] = np.arange(k)
    height = place[cs]
    wrong, edges = 0, []
    for level in range(k - 1):
        sign = np.where(height > level, 1, -1)
        errors = (
            np.cumsum(sign == 1)[ends - 1] + ((sign == -1).sum() - np.cumsum(sign == -1))[ends - 1]
        )
        at = int(np.argmin(errors))
        wrong += int(errors[at])
        edges.append(_between(xs, int(ends[at])))
    best = Cut(max(len(x) - wrong, 0), len(x), tuple(int(c) for c in ranked), tuple(edges))
    if k == 2:
        for inside in (0, 1):
            found = _inside(xs, cs, ends, inside)
            if found.right > best.right + 1:
                best = found
    return best


def _inside(xs: Numbers, cs: Array, ends: Array, inside: int) -> Cut:
    """The interval that one of two classes has to itself."""
    gain = np.concatenate([[0], np.cumsum(np.where(cs == inside, 1, -1))[ends - 1]])
    lowest = np.minimum.accumulate(gain)
    stop = int(np.argmax(gain - lowest))
    start = int(np.argmin(gain[: stop + 1]))
    inner = int(gain[stop] - gain[start])  # right minus wrong inside
    right = int((cs != inside).sum()) + inner
    starts = np.concatenate([[0], ends])
    low, high = int(starts[start]), int(starts[stop])
    if low == 0 or high == len(xs):
        return Cut(0, len(xs), (1 - inside, inside, 1 - inside), (-np.inf, np.inf))
    edges = (_between(xs, low), _between(xs, high))
    return Cut(right, len(xs), (1 - inside, inside, 1 - inside), edges)


def _between(xs: Numbers, at: int) -> float:
    """A number between the one before `at` and the one there; 0 where it lies between."""
    if at <= 0 or at >= len(xs):
        return float("-inf") if at <= 0 else float("inf")
    low, high = float(xs[at - 1]), float(xs[at])
    return 0.0 if low <= 0 < high else low + (high - low) / 2


def inversions(x: Numbers, y: Numbers) -> tuple[float, int, int]:
    """How far `y` is from rising, or falling, with `x` throughout.

    Returns
    -------
    share, direction, groups
        Share of neighbouring values of x between which y turns back (0: never), 1 for rising or
        −1 for falling, and how many different values x has.

    Examples
    --------
    >>> import numpy as np
    >>> inversions(np.array([1.0, 2.0, 3.0]), np.array([9.0, 4.0, 1.0]))
    (0.0, -1, 3)
    """
    best = (1.0, 1, 0)
    for direction in (1, -1):
        order = np.lexsort((y, direction * x))
        xs, ys = x[order], y[order]
        steps = np.flatnonzero(xs[1:] != xs[:-1])
        if not len(steps):
            return 1.0, 1, 1
        share = float(np.mean(ys[steps + 1] < ys[steps]))
        if share < best[0] or best[2] == 0:
            best = (share, direction, len(steps) + 1)
    return best


def correlation(x: Numbers, y: Numbers) -> float:
    """Pearson's correlation of two columns, in [−1, 1]; 0 where one is constant."""
    # Within ±1, by a power of two: squares neither over- nor underflow, and no digit is lost.
    x, y = (np.ldexp(each, -np.frexp(np.abs(each).max())[1]) for each in (x, y))
    u, v = x - x.mean(), y - y.mean()
    size = float(np.sqrt(np.dot(u, u) * np.dot(v, v)))
    return float(np.dot(u, v)) / size if size > 0 else 0.0


def unexplained(x: Numbers, ranks: Numbers) -> float:
    """Share of the spread of `ranks`, those of the target, that neighbours along `x` do not tell.

    Rows with one x are judged by the mean of the others, a row alone by the neighbours on both
    sides; so no curve is fitted, and whatever bends without jumps is followed.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(-1, 1, 201)
    >>> noise = np.random.default_rng(0).random(201)
    >>> round(unexplained(x, np.abs(x)), 3), bool(unexplained(x, noise) > 0.5)
    (0.0, True)
    """
    spread = ranks.var()
    if spread == 0:
        return 1.0
    order = np.argsort(x, kind="stable")
    xs, rs = x[order], ranks[order]
    first = np.concatenate([[0], np.flatnonzero(xs[1:] != xs[:-1]) + 1])
    counts = np.diff(np.append(first, len(xs)))
    means = np.add.reduceat(rs, first) / counts
    squares = np.add.reduceat((rs - np.repeat(means, counts)) ** 2, first)
    shared = counts > 1
    total = float((squares[shared] * counts[shared] / (counts[shared] - 1)).sum())
    rows = int(counts[shared].sum())
    if len(first) > 2:
        alone = ~shared[1:-1]
        bend = (means[1:-1] - (means[2:] + means[:-2]) / 2)[alone]
        total += float((bend**2).sum() / 1.5)
        rows += int(alone.sum())
    return float(total / rows / spread) if rows else 1.0


def unexplained_of_each(X: Numbers, ranks: Numbers) -> Numbers:
    """`unexplained` of each column at once: (d,) of X (n, d); NaN where two rows have one value.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).random((50, 2))
    >>> X[:2, 1] = 0.5
    >>> unexplained_of_each(X, X[:, 0].argsort().argsort().astype(float)).round(3)
    array([ 0., nan])
    """
    order = X.argsort(axis=0)
    xs, rs = np.take_along_axis(X, order, axis=0), ranks[order]
    bends = rs[1:-1] - (rs[2:] + rs[:-2]) / 2
    left = (bends**2).sum(axis=0) / 1.5 / len(bends) / ranks.var()
    return np.where((xs[1:] == xs[:-1]).any(axis=0), np.nan, left)


def purity(x: Array, codes: Array) -> tuple[float, int]:
    """Share of rows whose class is that of the other rows of their category, and how many rows.

    Only categories of at least two rows are judged, each row by the majority of the others.
    """
    k = int(codes.max()) + 1
    counts = np.bincount(x * k + codes, minlength=(int(x.max()) + 1) * k).reshape(-1, k)
    several = counts.sum(axis=1) > 1
    if not several.any():
        return 0.0, 0
    counts = counts[several]
    most = counts.max(axis=1)
    # A majority of one row more than another class would not survive leaving that row out.
    close = (np.partition(counts, -2, axis=1)[:, -2] >= most - 1) if k > 1 else most < 0
    right = np.where(close, 0, most)
    return float(right.sum() / counts.sum()), int(counts.sum())


TRANSFORMS = {
    "the logarithm": (np.log, True),
    "the square root": (np.sqrt, True),
    "the square": (np.square, True),
    "the reciprocal": (np.reciprocal, True),
    "the exponential": (np.exp, False),
}


def transform_of(x: Numbers, y: Numbers) -> str:
    """Which well-known function of `y` the column `x` is, up to scale and offset; "" for none.

    Examples
    --------
    >>> import numpy as np
    >>> transform_of(np.log([1.0, 2.0, 5.0, 9.0]), np.array([1.0, 2.0, 5.0, 9.0]))
    'the logarithm'
    """
    for name, (function, positive) in TRANSFORMS.items():
        if positive and (y <= 0).any():
            continue
        with np.errstate(over="ignore"):
            z = function(y)
        if np.isfinite(z).all() and np.ptp(z) > 0 and abs(correlation(x, z)) > 1 - 1e-6:
            return name
    return ""
