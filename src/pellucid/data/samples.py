"""Samples with a known truth: independent and identically distributed, or broken on purpose.

Notes: Def 9, Def 10, Def 11, Def 12
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from pellucid.errors import HyperparameterError

Array = NDArray[np.float64]


def linear_sample(
    n: int,
    weights: Sequence[float] = (2.0,),
    *,
    offset: float = 1.0,
    noise: float = 1.0,
    shift: float = 0.0,
    dependence: float = 0.0,
    seed: int = 0,
) -> tuple[Array, Array]:
    """Rows x with answers y = θᵀx + θ₀ + noise, drawn from normal distributions.

    Parameters
    ----------
    n : int
        Number of rows.
    weights : sequence of float, length d
        The true θ.
    offset : float
        The true θ₀.
    noise : float
        Standard deviation of the noise, in units of y.
    shift : float
        Mean of every x: another shift is another distribution.
    dependence : float
        Correlation of each row, x and noise alike, with the row before; 0 is independence. The
        distribution of a single row does not depend on it.
    seed : int
        Seed of all draws.

    Returns
    -------
    X : ndarray, shape (n, d)
    y : ndarray, shape (n,)

    Raises
    ------
    HyperparameterError
        Unless −1 < dependence < 1.

    Examples
    --------
    >>> X, y = linear_sample(3, (2.0,), noise=0.0)
    >>> bool((y == 2 * X[:, 0] + 1).all())
    True

    Notes: Def 10, Def 11, Def 12
    """
    if not -1 < dependence < 1:
        raise HyperparameterError(f"dependence must lie between −1 and 1; got {dependence}.")
    theta = np.asarray(weights, dtype=np.float64)
    fresh = np.random.default_rng(seed).normal(size=(n, len(theta) + 1))
    # Scaled so that each row keeps variance 1 whatever it remembers of the last one.
    fresh[1:] *= np.sqrt(1 - dependence**2)
    drawn = lfilter([1.0], [1.0, -dependence], fresh, axis=0)
    X = drawn[:, :-1] + shift
    return X, X @ theta + offset + noise * drawn[:, -1]
