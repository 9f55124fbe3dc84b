"""The factors of the chain rule as the matrices that the notes write, for layers small enough.

Denominator layout: ∂y/∂x has one row an entry of x and one column an entry of y. The layers never
build these; a chain of them, earliest layer first and the loss last, is what they compute.

Notes: Notation 304, Concept 342, KE 450, KE 452, KE 453, KE 454
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pellucid.errors import HyperparameterError, ShapeError
from pellucid.networks.engine.precision import computing_in
from pellucid.networks.layers.activations import Elementwise
from pellucid.networks.layers.max_pool import TIES

Array = NDArray[np.float64]


def by_pre_activation(f: Elementwise, z: ArrayLike) -> Array:
    """∂A/∂Z = diag(f′(z₁), …, f′(z_n)), n×n.

    Examples
    --------
    >>> from pellucid.networks import ReLU
    >>> by_pre_activation(ReLU(), [1.0, 2, -1, 3]).diagonal().tolist()
    [1.0, 1.0, 0.0, 1.0]

    Notes: Notation 304, KE 450
    """
    z = np.asarray(z, np.float64)
    with computing_in("float64"):
        return np.diag(np.asarray(f.slope(z, f.f(z)), np.float64))


def by_weights_of_filter(signal: ArrayLike, size: int, stride: int = 1) -> Array:
    """∂Z/∂W of a filter of that size, k×n: row j, column i holds X_{s(i−1)+j}.

    Constant along the anti-diagonals at stride 1. As Z = (∂Z/∂W)ᵀ W, it is the filter's whole work.

    Parameters
    ----------
    signal : array of shape (m,)
        X, padded already.

    Examples
    --------
    >>> by_weights_of_filter([1, 2, 3, 4, 5, 6], 4).tolist()[0]
    [1.0, 2.0, 3.0]

    Notes: KE 451, KE 452
    """
    X = np.asarray(signal, np.float64)
    if X.ndim != 1 or len(X) < size:
        raise ShapeError(
            f"A filter of {size} needs a signal of one axis and at least {size} entries; this is "
            f"{X.shape}."
        )
    return np.lib.stride_tricks.sliding_window_view(X, size)[::stride].T.copy()


def of_maximum(a: ArrayLike, ties: str = "first") -> Array:
    """∂max(a)/∂a, n×1: 1 at the largest entry, 0 elsewhere.

    Parameters
    ----------
    a : array of shape (n,)
    ties : {"first", "all"}
        Which of several largest entries gets a 1; at a tie the derivative does not exist.

    Examples
    --------
    >>> of_maximum([3, 1, 2, 9, 0, 4]).ravel().tolist()
    [0.0, 0.0, 0.0, 1.0, 0.0, 0.0]

    Notes: KE 453
    """
    if ties not in TIES:
        raise HyperparameterError(f'of_maximum: ties is "first" or "all"; got {ties!r}.')
    a = np.asarray(a, np.float64)
    hit = np.arange(len(a)) == a.argmax() if ties == "first" else a == a.max()
    return np.asarray(hit[:, None], np.float64)


def maximum_by_one(a: ArrayLike, i: int) -> tuple[Any, float]:
    """The maximum as a function of aᵢ alone: M + ReLU(aᵢ − M), M the largest of the others.

    Returns
    -------
    function : callable aᵢ -> maximum
    runner_up : float
        M, where the slope steps from 0 to 1.

    Examples
    --------
    >>> f, M = maximum_by_one([5.0, 2.0, 3.0], 1)
    >>> M, f(4.0), f(7.0)
    (5.0, 5.0, 7.0)

    Notes: KE 454
    """
    others = np.delete(np.asarray(a, np.float64), i)
    runner_up = float(others.max(initial=-np.inf))
    return lambda own: runner_up + max(own - runner_up, 0.0), runner_up
