"""When to stop: rules that look at each step, and join with | (either) and & (both).

Notes: §3.1.8, §3.2.7, Def 333
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pellucid.errors import HyperparameterError

Tree = Any


@dataclass(frozen=True)
class Progress:
    """What a stopping rule may look at, after step t.

    Parameters
    ----------
    t : int
        Steps taken.
    theta : tree
        Where the descent stands.
    seconds : float
        Since it began.
    value, previous_value : callable () -> float
        J now and a step earlier; computed when asked for.
    gradient_norm, step_norm : callable () -> float
        ‖∇J‖ where the step began, and ‖Δθ‖.
    """

    t: int
    theta: Tree
    seconds: float
    value: Callable[[], float]
    previous_value: Callable[[], float]
    gradient_norm: Callable[[], float]
    step_norm: Callable[[], float]


class Stop:
    """Abstract: a stopping rule. `check` is given its memory and the progress.

    Notes: §3.1.8
    """

    def start(self) -> Any:
        """The memory before the first step."""
        return None

    def check(self, memory: Any, progress: Progress) -> tuple[Any, str]:
        """The memory after this step, and the reason for stopping; empty to go on."""
        raise NotImplementedError

    def best(self, memory: Any) -> Tree | None:
        """Parameters to return instead of the last ones."""
        return None

    def __or__(self, other: Stop) -> Stop:
        return Either(self, other)

    def __and__(self, other: Stop) -> Stop:
        return Both(self, other)


@dataclass(frozen=True)
class Steps(Stop):
    """After T steps.

    Notes: §3.1.8
    """

    T: int

    def __post_init__(self) -> None:
        _at_least(self.T, 1, "Steps: T")

    def check(self, memory: Any, progress: Progress) -> tuple[Any, str]:
        return memory, f"{self.T:,} steps were taken" if progress.t >= self.T else ""


@dataclass(frozen=True)
class SmallStep(Stop):
    """When ‖Δθ‖ < ε. Not the same ε as for the gradient: ‖Δθ‖ = η‖∇J‖.

    Notes: §3.1.8, §3.2.7
    """

    epsilon: float = 1e-8

    def check(self, memory: Any, progress: Progress) -> tuple[Any, str]:
        small = progress.step_norm() < self.epsilon
        return memory, f"‖Δθ‖ fell below {self.epsilon:g}" if small else ""


@dataclass(frozen=True)
class SmallGradient(Stop):
    """When ‖∇J‖ < ε: flat, hence probably near a minimum.

    Notes: §3.1.8, §3.2.7
    """

    epsilon: float = 1e-6

    def check(self, memory: Any, progress: Progress) -> tuple[Any, str]:
        small = progress.gradient_norm() < self.epsilon
        return memory, f"‖∇J‖ fell below {self.epsilon:g}" if small else ""


@dataclass(frozen=True)
class SmallChange(Stop):
    """When a step changes J by less than ε.

    Notes: §3.1.8
    """

    epsilon: float = 1e-12

    def check(self, memory: Any, progress: Progress) -> tuple[Any, str]:
        small = abs(progress.value() - progress.previous_value()) < self.epsilon
        return memory, f"J changed by less than {self.epsilon:g}" if small else ""


@dataclass(frozen=True)
class WallTime(Stop):
    """After so many seconds.

    Notes: §3.1.8
    """

    seconds: float

    def check(self, memory: Any, progress: Progress) -> tuple[Any, str]:
        late = progress.seconds >= self.seconds
        return memory, f"{self.seconds:g} seconds were over" if late else ""


@dataclass(frozen=True)
class HeldOut(Stop):
    """Early stopping: when the loss on held-out rows has not fallen for `patience` looks.

    The parameters of the lowest held-out loss are returned, not the last ones.

    Parameters
    ----------
    loss : callable θ -> float
        Loss on rows that the descent does not see.
    patience : int
        Looks without a fall below the best that are borne; 1 is the notes' rule.
    every : int
        Steps between two looks, such as one epoch.

    Notes: Def 333
    """

    loss: Callable[[Tree], float]
    patience: int = 1
    every: int = 1

    def __post_init__(self) -> None:
        _at_least(self.patience, 1, "HeldOut: patience")
        _at_least(self.every, 1, "HeldOut: every")

    def start(self) -> Any:
        return (float("inf"), None, 0)

    def check(self, memory: Any, progress: Progress) -> tuple[Any, str]:
        least, best, waited = memory
        if progress.t % self.every:
            return memory, ""
        found = float(self.loss(progress.theta))
        if found < least:
            return (found, progress.theta, 0), ""
        memory = (least, best, waited + 1)
        stalled = waited + 1 >= self.patience
        return memory, "the held-out loss stopped falling" if stalled else ""

    def best(self, memory: Any) -> Tree | None:
        return memory[1]


@dataclass(frozen=True)
class Either(Stop):
    """As soon as one of two rules says so.

    Notes: §3.1.8
    """

    one: Stop
    other: Stop

    def start(self) -> Any:
        return self.one.start(), self.other.start()

    def check(self, memory: Any, progress: Progress) -> tuple[Any, str]:
        one, why = self.one.check(memory[0], progress)
        other, why_other = self.other.check(memory[1], progress)
        return (one, other), why or why_other

    def best(self, memory: Any) -> Tree | None:
        found = self.one.best(memory[0])
        return self.other.best(memory[1]) if found is None else found


@dataclass(frozen=True)
class Both(Stop):
    """When two rules say so after the same step.

    Notes: §3.1.8
    """

    one: Stop
    other: Stop

    start = Either.start
    best = Either.best

    def check(self, memory: Any, progress: Progress) -> tuple[Any, str]:
        one, why = self.one.check(memory[0], progress)
        other, why_other = self.other.check(memory[1], progress)
        return (one, other), f"{why}, and {why_other}" if why and why_other else ""


def _at_least(value: Any, minimum: int, name: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
        raise HyperparameterError(f"{name} is a whole number ≥ {minimum}; got {value!r}.")


_RULES_BY_NAME: dict[str, Callable[[float], Stop]] = {
    "gradient": SmallGradient,
    "step": SmallStep,
    "change": SmallChange,
    "seconds": WallTime,
}


def stop_of(text: str) -> Stop:
    """A stopping rule from text: `gradient<1e-6`, `step<1e-8, seconds<10`; any of them stops.

    Parameters
    ----------
    text : str
        Conditions with commas between; a number alone is a bound on the gradient.

    Raises
    ------
    HyperparameterError
        When a condition cannot be read.

    Examples
    --------
    >>> stop_of("1e-6") == SmallGradient(1e-6)
    True

    Notes: §3.1.8, §3.2.7
    """
    found: Stop | None = None
    for piece in text.split(","):
        name, sign, bound = piece.partition("<")
        name, bound = (name.strip(), bound.strip()) if sign else ("gradient", name.strip())
        try:
            one = _RULES_BY_NAME[name](float(bound))
        except (KeyError, ValueError):
            raise HyperparameterError(
                f"A stopping rule is one of {', '.join(_RULES_BY_NAME)} with a bound, such as "
                f'"gradient<1e-6, seconds<10"; got {piece.strip()!r}.'
            ) from None
        found = one if found is None else found | one
    assert found is not None
    return found
