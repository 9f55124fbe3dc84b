"""Samples of groups with a known truth: blobs, rings, semicircles, and a trend that turns round.

Each draws from one seed and returns the rows with the group of each, whether or not the reader is
to be told of it.

Notes: §6.3.11, §6.3.12
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import HyperparameterError

Array = NDArray[np.float64]
Groups = NDArray[np.int64]


def blobs(
    n: int = 500,
    centres: Any = 5,
    *,
    d: int = 2,
    spread: float = 1.0,
    reach: float = 10.0,
    seed: int = 0,
) -> tuple[Array, Groups]:
    """Normal clouds of equal size and spread about their centres.

    Parameters
    ----------
    n : int
        Number of rows, dealt to the groups in turn.
    centres : int or array of shape (k, d)
        The true means, or how many to draw uniformly from [−reach, reach]ᵈ.
    d : int
        Number of columns when centres are drawn.
    spread : float
        Standard deviation of each column within a group.
    reach : float
        Half of the width of the cube that centres are drawn from.
    seed : int
        Seed of all draws; the centres are drawn first.

    Returns
    -------
    X : ndarray, shape (n, d)
    group : ndarray of int, shape (n,)
        0 … k − 1.

    Raises
    ------
    HyperparameterError
        Without a centre.

    Examples
    --------
    >>> X, group = blobs(6, [[0.0, 0.0], [9.0, 9.0]], spread=0.0)
    >>> group.tolist(), X[1].tolist()
    ([0, 1, 0, 1, 0, 1], [9.0, 9.0])

    Notes: Def 212, §6.1
    """
    random = np.random.default_rng(seed)
    if np.ndim(centres) == 0:
        centres = random.uniform(-reach, reach, size=(int(centres), d))
    means = np.asarray(centres, dtype=np.float64)
    if means.ndim != 2 or len(means) == 0:
        raise HyperparameterError(
            f"blobs: centres must be a number ≥ 1 or an array of shape (k, d); got {centres!r}."
        )
    group = np.arange(n) % len(means)
    return means[group] + spread * random.normal(size=(n, means.shape[1])), group


def _ring(
    random: np.random.Generator, n: int, inner: float, outer: float, centre: Sequence[float]
) -> Array:
    """n points spread evenly over the area between two circles."""
    radius = np.sqrt(random.uniform(inner**2, outer**2, size=n))
    angle = random.uniform(0, 2 * np.pi, size=n)
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    ring: Array = np.asarray(centre, dtype=np.float64) + radius[:, None] * circle
    return ring


def ring_and_disc(
    n: int = 400, *, centre: Sequence[float] = (0.0, 0.0), seed: int = 0
) -> tuple[Array, Groups]:
    """A disc of radius 1 inside a ring between radii 2 and 3, about one centre.

    The distance to that centre tells them apart (at 1.5, say). About the origin that distance is
    ‖x‖; with the centre elsewhere it is not, and no ‖x‖ need part them.

    Parameters
    ----------
    n : int
        Number of rows; every other one is of the ring.
    centre : two floats
        Common centre of ring and disc.
    seed : int
        Seed of all draws.

    Returns
    -------
    X : ndarray, shape (n, 2)
    group : ndarray of int, shape (n,)
        0 for the disc, 1 for the ring.

    Examples
    --------
    >>> X, group = ring_and_disc(10)
    >>> ((X**2).sum(axis=1) > 1.5**2).astype(int).tolist() == group.tolist()
    True

    Notes: §6.3.12
    """
    random = np.random.default_rng(seed)
    group = np.arange(n) % 2
    X = np.empty((n, 2))
    X[group == 0] = _ring(random, int((group == 0).sum()), 0, 1, centre)
    X[group == 1] = _ring(random, int((group == 1).sum()), 2, 3, centre)
    return X, group


def off_centre_ring(n: int = 400, *, seed: int = 0) -> tuple[Array, Groups]:
    """`ring_and_disc` about (2.5, 0): its ring runs through the origin, and ‖x‖ mixes the groups.

    Parameters
    ----------
    n, seed : int
        As in `ring_and_disc`.

    Returns
    -------
    X : ndarray, shape (n, 2)
    group : ndarray of int, shape (n,)
        0 for the disc, 1 for the ring.

    Examples
    --------
    >>> X, group = off_centre_ring(100)
    >>> (((X - [2.5, 0]) ** 2).sum(axis=1) > 1.5**2).astype(int).tolist() == group.tolist()
    True

    Notes: §6.3.12
    """
    return ring_and_disc(n, centre=(2.5, 0.0), seed=seed)


def two_rings(
    n: int = 400,
    *,
    centres: Sequence[Sequence[float]] = ((-1.0, 0.0), (1.0, 0.0)),
    seed: int = 0,
) -> tuple[Array, Groups]:
    """Two rings between radii 1.4 and 1.7 about centres of their own; they cross, as links do.

    No radius about one centre tells them apart.

    Parameters
    ----------
    n : int
        Number of rows, dealt to the rings in turn.
    centres : two pairs of floats
        Centre of each ring.
    seed : int
        Seed of all draws.

    Returns
    -------
    X : ndarray, shape (n, 2)
    group : ndarray of int, shape (n,)
        0 or 1.

    Examples
    --------
    >>> X, group = two_rings(10)
    >>> r = np.hypot(*(X[group == 1] - [1.0, 0.0]).T)
    >>> bool(((1.4 <= r) & (r <= 1.7)).all())
    True

    Notes: §6.3.12
    """
    random = np.random.default_rng(seed)
    group = np.arange(n) % 2
    X = np.empty((n, 2))
    for g, centre in enumerate(centres):
        X[group == g] = _ring(random, int((group == g).sum()), 1.4, 1.7, centre)
    return X, group


def semicircles(n: int = 400, *, noise: float = 0.05, seed: int = 0) -> tuple[Array, Groups]:
    """Two half circles of radius 1 that reach into each other: (0, 0) above, (1, ½) below.

    Parameters
    ----------
    n : int
        Number of rows, dealt to the halves in turn.
    noise : float
        Standard deviation of the normal noise of each column.
    seed : int
        Seed of all draws.

    Returns
    -------
    X : ndarray, shape (n, 2)
    group : ndarray of int, shape (n,)
        0 for the upper half, centred at (0, 0), 1 for the lower, centred at (1, ½).

    Examples
    --------
    >>> X, group = semicircles(4, noise=0.0)
    >>> np.hypot(*(X[group == 1] - [1.0, 0.5]).T).round(12).tolist()
    [1.0, 1.0]

    Notes: §6.3.12
    """
    random = np.random.default_rng(seed)
    group = np.arange(n) % 2
    angle = random.uniform(0, np.pi, size=n) + np.pi * group
    X = np.column_stack([np.cos(angle) + group, np.sin(angle) + group / 2])
    return X + noise * random.normal(size=(n, 2)), group


def simpson(
    n: int = 300, groups: int = 3, *, noise: float = 0.3, seed: int = 0
) -> tuple[Array, Array, Groups]:
    """Simpson's paradox: within each age group disease falls with exercise, over all it rises.

    In group g, exercise x is uniform on [3g, 3g + 2] and disease is 2 − x + 6g + noise: the slope
    is −1 within each group, while the means of the groups rise by 1 a unit of exercise.

    Parameters
    ----------
    n : int
        Number of rows, dealt to the groups in turn.
    groups : int
        Number of age groups; two or more turn the trend round.
    noise : float
        Standard deviation of the normal noise, in units of y.
    seed : int
        Seed of all draws.

    Returns
    -------
    X : ndarray, shape (n, 1)
        Exercise.
    y : ndarray, shape (n,)
        Disease.
    group : ndarray of int, shape (n,)
        Age group, 0 the youngest.

    Examples
    --------
    >>> X, y, group = simpson()
    >>> young = group == 0
    >>> np.polyfit(X[young, 0], y[young], 1)[0] < 0 < np.polyfit(X[:, 0], y, 1)[0]
    np.True_

    Notes: Def 243, §6.3.11
    """
    random = np.random.default_rng(seed)
    group = np.arange(n) % groups
    x = 3 * group + random.uniform(0, 2, size=n)
    return x[:, None], 2 - x + 6 * group + noise * random.normal(size=n), group
