"""Step sizes η(t), and whether they meet the two conditions under which stochastic steps converge.

Notes: Def 100, Theorem 103, Theorem 123, §7.7.2
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pellucid.errors import HyperparameterError


@dataclass(frozen=True)
class Conditions:
    """Theorem 123's two series: Σ η(t) = ∞ and Σ η(t)² < ∞; None where it is not known.

    Parameters
    ----------
    sum_diverges, squares_converge : bool or None
        Whether the condition holds.
    """

    sum_diverges: bool | None
    squares_converge: bool | None

    @property
    def hold(self) -> bool | None:
        """Whether both hold."""
        if self.sum_diverges is None or self.squares_converge is None:
            return None
        return self.sum_diverges and self.squares_converge

    def __str__(self) -> str:
        if self.hold is None:
            return "unknown: nothing can be said of a step size given as a bare function"
        parts = [
            "Σ η(t) = ∞" if self.sum_diverges else "Σ η(t) is finite: a far minimum is not reached",
            "Σ η(t)² < ∞" if self.squares_converge else "Σ η(t)² = ∞: the steps need not settle",
        ]
        return f"{'hold' if self.hold else 'do not hold'} ({'; '.join(parts)})"


@dataclass(frozen=True)
class Constant:
    """η(t) = c.

    Examples
    --------
    >>> Constant(0.1)(5)
    0.1

    Notes: Def 100
    """

    c: float

    def __call__(self, t: int) -> float:
        return self.c

    def conditions(self) -> Conditions:
        return Conditions(True, False)

    def __str__(self) -> str:
        return f"{self.c:g}"


@dataclass(frozen=True)
class Power:
    """η(t) = c (t + shift)⁻ᵖ; p = 1 is 1/t.

    Examples
    --------
    >>> Power(1.0)(4), Power(1.0, 0.5)(4), Power(1.0, 1.0, shift=3.0)(1)
    (0.25, 0.5, 0.25)

    Notes: Theorem 123
    """

    c: float
    p: float = 1.0
    shift: float = 0.0

    def __call__(self, t: int) -> float:
        return float(self.c * (t + self.shift) ** -self.p)

    def conditions(self) -> Conditions:
        return Conditions(self.p <= 1, 2 * self.p > 1)

    def __str__(self) -> str:
        time = f"(t + {self.shift:g})" if self.shift else "t"
        return f"{self.c:g}/{time}" if self.p == 1 else f"{self.c:g} {time}^(−{self.p:g})"


@dataclass(frozen=True)
class Stepped:
    """η(t) = c factor^⌊(t − 1)/every⌋: cut by a factor after every so many steps.

    Examples
    --------
    >>> [Stepped(1.0, 0.5, 2)(t) for t in (1, 2, 3, 4, 5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]

    Notes: §7.7.2
    """

    c: float
    factor: float = 0.5
    every: int = 100

    def __post_init__(self) -> None:
        if not (0 < self.factor <= 1 and self.every >= 1):
            raise HyperparameterError(
                f"Stepped: the factor lies in (0, 1] and every ≥ 1; got {self.factor:g} and "
                f"{self.every}."
            )

    def __call__(self, t: int) -> float:
        return float(self.c * self.factor ** ((t - 1) // self.every))

    def conditions(self) -> Conditions:
        never_cut = self.factor == 1
        return Conditions(never_cut, not never_cut)

    def __str__(self) -> str:
        return f"{self.c:g}, times {self.factor:g} after every {self.every} steps"


@dataclass(frozen=True)
class Cosine:
    """From c down to a floor along half a cosine over `total` steps; the floor from there on.

    Examples
    --------
    >>> [round(Cosine(1.0, 4)(t), 3) for t in (1, 3, 5, 9)]
    [1.0, 0.5, 0.0, 0.0]

    Notes: §7.7.2
    """

    c: float
    total: int
    floor: float = 0.0

    def __post_init__(self) -> None:
        if self.total < 1 or self.floor < 0:
            raise HyperparameterError(
                f"Cosine: total ≥ 1 and floor ≥ 0; got {self.total} and {self.floor:g}."
            )

    def __call__(self, t: int) -> float:
        gone = min((t - 1) / self.total, 1.0)
        return self.floor + (self.c - self.floor) * (1 + math.cos(math.pi * gone)) / 2

    def conditions(self) -> Conditions:
        return Conditions(self.floor > 0, self.floor == 0)

    def __str__(self) -> str:
        return f"cosine from {self.c:g} to {self.floor:g} over {self.total} steps"


@dataclass(frozen=True)
class CustomSchedule:
    """η(t) as any function of t = 1, 2, …

    Notes: Theorem 123
    """

    function: Callable[[int], float]

    def __call__(self, t: int) -> float:
        return float(self.function(t))

    def conditions(self) -> Conditions:
        return Conditions(None, None)

    def __str__(self) -> str:
        return "a function of t"


@dataclass(frozen=True)
class LineSearch:
    """Armijo: from twice the last step size, halve until J falls by a share of what g promises.

    Parameters
    ----------
    first : float
        Tried first at the first step.
    share : float
        J(θ − ηg) ≤ J(θ) − share · η‖g‖².
    halvings : int
        Most halvings in one step.

    Notes: §3.1.7
    """

    first: float = 1.0
    share: float = 1e-4
    halvings: int = 60

    def __str__(self) -> str:
        return "line search (Armijo)"


@dataclass(frozen=True)
class Shrinking:
    """Theorem 103 in practice: a constant η, halved, with a fresh start, until J never rises.

    Parameters
    ----------
    first : float
        Tried first.
    tries : int
        Most halvings.

    Notes: Theorem 103
    """

    first: float = 1.0
    tries: int = 60

    def __str__(self) -> str:
        return "shrinking search"


Schedule = Constant | Power | Stepped | Cosine | CustomSchedule


def step_size_of(given: Any) -> Schedule | LineSearch | Shrinking:
    """A number, a function of t, "line search", "shrinking", or one of the classes here.

    Raises
    ------
    HyperparameterError
        For a number ≤ 0, or anything else.

    Examples
    --------
    >>> step_size_of(0.1), str(step_size_of("line search"))
    (Constant(c=0.1), 'line search (Armijo)')

    Notes: Def 100
    """
    named: dict[str, Schedule | LineSearch | Shrinking] = {
        "line search": LineSearch(),
        "shrinking": Shrinking(),
        "1/t": Power(1.0),
    }
    if isinstance(given, Schedule | LineSearch | Shrinking):
        return given
    if isinstance(given, str) and given in named:
        return named[given]
    if isinstance(given, int | float) and not isinstance(given, bool):
        if not 0 < given < math.inf:
            raise HyperparameterError(f"step_size (η) must be a number > 0; got {given!r}.")
        return Constant(float(given))
    if callable(given):
        return CustomSchedule(given)
    raise HyperparameterError(
        f"step_size (η) is a number > 0, a function of t, or one of {', '.join(named)}; got "
        f"{given!r}."
    )


def convergence_conditions(step_size: Any) -> Conditions:
    """Whether Σ η(t) = ∞ and Σ η(t)² < ∞, decided exactly for the families here.

    Parameters
    ----------
    step_size : number, function of t, or one of the classes here

    Returns
    -------
    Conditions
        None for each series of a bare function, or where the objective decides the step.

    Examples
    --------
    >>> convergence_conditions("1/t").hold, convergence_conditions(0.1).hold
    (True, False)
    >>> print(convergence_conditions(Power(1.0, 2.0)))
    do not hold (Σ η(t) is finite: a far minimum is not reached; Σ η(t)² < ∞)

    Notes: Theorem 123
    """
    found = step_size_of(step_size)
    if isinstance(found, LineSearch | Shrinking):
        return Conditions(None, None)
    return found.conditions()
