"""The running average: each step keeps a share γ of the past and takes 1 − γ of the new.

Notes: Concept 319, Def 320, Concept 322, Concept 331
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.descent.pytree import tree_map
from pellucid.errors import HyperparameterError, ShapeError

Tree = Any
Decay = float | Callable[[int], float]


def zeros_like_tree(theta: Tree) -> Tree:
    """A₀ = 0, shaped as θ."""
    return tree_map(lambda t: 0.0 * t, theta)


def update_average(average: Tree, new: Tree, gamma: float) -> Tree:
    """γ A + (1 − γ) a.

    Examples
    --------
    >>> A = 0.0
    >>> for _ in range(3):
    ...     A = update_average(A, 1.0, 0.1)
    >>> round(A, 12)
    0.999

    Notes: Def 320
    """
    return tree_map(lambda a, b: gamma * a + (1 - gamma) * b, average, new)


def bias_corrected(average: Tree, gamma: Any, t: Any) -> Tree:
    """A / (1 − γᵗ): without the share of the zero that the average began with.

    Parameters
    ----------
    average : tree
        Aₜ, begun at 0.
    gamma : float
        The constant γ.
    t : int
        Steps taken, at least 1.

    Examples
    --------
    >>> bias_corrected(0.9, 0.1, 1), bias_corrected(0.99, 0.1, 2)
    (1.0, 1.0)

    Notes: Concept 331
    """
    return tree_map(lambda a: a / (1 - gamma**t), average)


def weighted_average(items: Any, weights: Any) -> float:
    """Σ wᵢ xᵢ, of weights that sum to 1.

    Parameters
    ----------
    items, weights : arrays, shape (n,)

    Raises
    ------
    HyperparameterError
        When the weights do not sum to 1.

    Examples
    --------
    >>> weighted_average([10.0, 5.0], [0.6, 0.4])
    8.0

    Notes: Concept 319
    """
    x, w = np.asarray(items, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if x.shape != w.shape or x.ndim != 1:
        raise ShapeError(f"One weight an item: the items have shape {x.shape}, weights {w.shape}.")
    if abs(float(w.sum()) - 1) > 1e-9:
        raise HyperparameterError(
            f"The weights of an average sum to 1; these sum to {w.sum():.6g}. Divide by the sum."
        )
    return float(x @ w)


def running_average(items: Any, gamma: Decay, *, correct: bool = False) -> NDArray[np.float64]:
    """Aₜ = γₜ Aₜ₋₁ + (1 − γₜ) aₜ from A₀ = 0, after each item.

    Parameters
    ----------
    items : array, shape (T,) or (T, d)
    gamma : number or function of t = 1, 2, …
        The share of the past, 0 ≤ γ < 1.
    correct : bool
        Divide by the share that is not the zero at the start: 1 − γᵗ, or 1 − Π γₛ where γ varies.

    Returns
    -------
    ndarray, shaped as items

    Examples
    --------
    >>> running_average([1.0, 1.0, 1.0], 0.1).round(6).tolist()
    [0.9, 0.99, 0.999]
    >>> running_average([1.0, 1.0, 1.0], lambda t: t / (t + 1), correct=True).round(6).tolist()
    [1.0, 1.0, 1.0]

    Notes: Def 320, Concept 331
    """
    found = np.asarray(items, dtype=np.float64)
    average, missing, out = np.zeros(found.shape[1:]), 1.0, np.empty_like(found)
    for at, item in enumerate(found):
        decay = float(gamma(at + 1) if callable(gamma) else gamma)
        if not 0 <= decay < 1:
            raise HyperparameterError(f"A running average has 0 ≤ γ < 1; γ({at + 1}) is {decay:g}.")
        average, missing = decay * average + (1 - decay) * item, missing * decay
        out[at] = average / (1 - missing) if correct else average
    return out


def moving_average(items: Any, n: int) -> NDArray[np.float64]:
    """The plain average of the last n items (of fewer at the beginning), after each item.

    With n at least the number of items it is the equal average of all the past, which each new
    item moves ever less.

    Parameters
    ----------
    items : array, shape (T,) or (T, d)
    n : int
        At least 1.

    Examples
    --------
    >>> moving_average([1.0, 2.0, 3.0, 7.0], 2).tolist()
    [1.0, 1.5, 2.5, 5.0]

    Notes: Clar 321
    """
    if n < 1:
        raise HyperparameterError(f"moving_average: n is a whole number ≥ 1; got {n!r}.")
    found = np.asarray(items, dtype=np.float64)
    sums = np.cumsum(found, axis=0)
    before = np.concatenate([np.zeros_like(sums[: min(n, len(sums))]), sums[:-n]])
    counts = np.minimum(np.arange(1, len(found) + 1), n).astype(np.float64)
    averages: NDArray[np.float64] = (sums - before) / counts.reshape(-1, *[1] * (found.ndim - 1))
    return averages
