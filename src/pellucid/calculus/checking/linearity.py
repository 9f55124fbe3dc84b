"""Linear functions and operators: sums and scalings pass through them.

Notes: Def 1, Def 2
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import HyperparameterError


@dataclass(frozen=True)
class Linearity:
    """How far a function is from keeping sums and scalings.

    Parameters
    ----------
    holds : bool
    sums, scalings : float
        Largest relative gaps between f(a + b) and f(a) + f(b), and between f(ca) and c f(a).
    """

    holds: bool
    sums: float
    scalings: float

    def __str__(self) -> str:
        said = "keeps sums and scalings" if self.holds else "is not linear"
        return f"It {said} (largest gaps {self.sums:.1e} and {self.scalings:.1e})."


def linearity(
    f: Callable[[Any], Any],
    shape: tuple[int, ...] = (),
    *,
    trials: int = 20,
    seed: int = 0,
    tolerance: float = 1e-9,
) -> Linearity:
    """Whether f(a + b) = f(a) + f(b) and f(ca) = c f(a), at random points.

    Parameters
    ----------
    f : callable array of `shape` -> number or array
    shape : tuple of int
        Of the input; () for a number.
    trials, seed : int
        How many random points.
    tolerance : float
        Largest relative gap that is put down to rounding.

    Returns
    -------
    Linearity

    Raises
    ------
    HyperparameterError
        For fewer than one trial.

    Examples
    --------
    >>> linearity(lambda x: 3 * x).holds, linearity(lambda x: 3 * x + 1).holds
    (True, False)

    Notes: Def 1
    """
    if trials < 1:
        raise HyperparameterError(f"linearity: trials is a whole number ≥ 1; got {trials!r}.")
    rng = np.random.default_rng(seed)
    sums = scalings = 0.0
    for _ in range(trials):
        a, b = rng.normal(size=(2, *shape))
        c = float(rng.normal())
        sums = max(sums, _gap(f(a + b), np.asarray(f(a)) + f(b)))
        scalings = max(scalings, _gap(f(c * a), c * np.asarray(f(a))))
    return Linearity(max(sums, scalings) <= tolerance, sums, scalings)


def _gap(one: Any, other: Any) -> float:
    size = max(1.0, float(np.abs(one).max()), float(np.abs(other).max()))
    gap = float(np.abs(np.asarray(one) - other).max()) / size
    return gap if np.isfinite(gap) else np.inf


def derivative_operator(f: Callable[[Any], Any], delta: float = 1e-5) -> Callable[[Any], Any]:
    """d/dx as an operator: it takes a function of a number and returns one, its derivative.

    Parameters
    ----------
    f : callable x -> number
    delta : float
        Half of the difference Δx in Δy/Δx.

    Returns
    -------
    callable x -> number
        (f(x + δ) − f(x − δ)) / 2δ.

    Examples
    --------
    >>> slope = derivative_operator(lambda x: x**2)
    >>> round(slope(3.0), 6)
    6.0

    Notes: Def 2, eq 0.1
    """
    return lambda x: (f(x + delta) - f(x - delta)) / (2 * delta)
