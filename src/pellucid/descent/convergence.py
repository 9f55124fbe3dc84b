"""What a recorded sequence does, and where a curve has its minima.

Notes: Def 97, Def 98, Def 105
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import HyperparameterError
from pellucid.former_names import renamed


def converged_after(sequence: Any, limit: float, epsilon: float) -> int | None:
    """After how many items the sequence stays within ε of a limit; None when it does not.

    A sequence that comes close once and leaves again has not converged: `|m − sᵢ| < ε` must hold
    for every i > k. A recorded sequence is finite, so the answer is about what was recorded.

    Parameters
    ----------
    sequence : array, shape (T,)
    limit : float
        m.
    epsilon : float
        ε > 0.

    Returns
    -------
    int or None
        The least k such that every later item is within ε; None when the last one is not.

    Examples
    --------
    >>> harmonic = [1 / n for n in range(1, 101)]
    >>> converged_after(harmonic, 0.0, 0.1), converged_after(harmonic, 0.0, 0.001)
    (10, None)
    >>> converged_after([1.0, 0.0, 1.0], 0.0, 0.1) is None  # close once is not enough
    True

    Notes: Def 97, Def 98, eq 3.8
    """
    if not epsilon > 0:
        raise HyperparameterError(f"converged_after: ε must be a number > 0; got {epsilon!r}.")
    away = np.abs(np.asarray(sequence, dtype=np.float64) - limit)
    far = np.flatnonzero(~(away < epsilon))
    k = int(far[-1]) + 1 if len(far) else 0
    return k if k < len(away) else None


@renamed(everywhere="is_global")
@dataclass(frozen=True)
class Minimum:
    """A minimum of a curve.

    Parameters
    ----------
    theta, value : float
        Where, and how low.
    is_global : bool
        Whether it is the global minimum of the stretch: nothing there is lower.
    """

    theta: float
    value: float
    is_global: bool


def local_minima(
    J: Callable[[float], float], low: float, high: float, points: int = 2001
) -> list[Minimum]:
    """The local minima of a curve on a stretch, and which of them is the global one.

    Parameters
    ----------
    J : callable θ -> float
    low, high : float
        The stretch; its ends count as minima only where J rises from them inwards.
    points : int
        How finely it is looked at: narrower valleys than a step are missed.

    Returns
    -------
    list of Minimum
        From left to right; a flat floor counts once, at its middle.

    Examples
    --------
    >>> found = local_minima(lambda t: (t * t - 1) ** 2 + 0.2 * t, -2.0, 2.0)
    >>> [(round(m.theta, 2), m.is_global) for m in found]
    [(-1.02, True), (0.97, False)]

    Notes: Def 105
    """
    if not (low < high and points >= 3):
        raise HyperparameterError(f"minima: low < high and points ≥ 3; got {low}, {high}, {points}")
    grid = np.linspace(low, high, points)
    heights = np.array([float(J(t)) for t in grid])
    lowest = float(np.min(heights))
    found = []
    for first, last in _valleys(heights):
        middle = (first + last) // 2
        value = float(heights[middle])
        found.append(Minimum(float(grid[middle]), value, value <= lowest))
    return found


def _valleys(heights: Sequence[float] | Any) -> list[tuple[int, int]]:
    """Runs of equal heights with higher ground, or the end of the stretch, on both sides."""
    breaks = np.flatnonzero(np.diff(heights) != 0) + 1
    begins, ends = np.r_[0, breaks], np.r_[breaks, len(heights)] - 1
    levels = np.r_[np.inf, np.asarray(heights)[begins], np.inf]
    lower = (levels[1:-1] < levels[:-2]) & (levels[1:-1] < levels[2:])
    if len(begins) == 1:
        return []  # constant: no point is lower than its neighbours
    return [(int(a), int(b)) for a, b, low in zip(begins, ends, lower, strict=True) if low]
