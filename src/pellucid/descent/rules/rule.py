"""The shape of an update rule.

Notes: KE 113, §7.7
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pellucid.errors import HyperparameterError
from pellucid.hyperparameters import Hyperparameter

Tree = Any

DECAY = Hyperparameter(
    "gamma", 0.9, "float", "Weight of the past in a running average.", symbol="γ", low=0.0,
    high=1.0, open_high=True,
)  # fmt: skip
EPSILON = Hyperparameter(
    "epsilon", 1e-8, "float", "Keeps a division by zero away.", symbol="ε", low=0.0, open_low=True
)


@dataclass(frozen=True)
class Rule:
    """Two pure functions over nested parameters, for NumPy, for JAX, and under `jit`.

    Parameters
    ----------
    name : str
        What it is called.
    init : callable θ -> state
        The state before the first step.
    step : callable (g, state, θ, η) -> (θ, state)
        One step along the gradient g.
    text : str
        The rule in symbols.
    notes : str
        Where it stands in the notes.
    plain : bool
        Whether a step is −ηg and nothing else, as a line search needs it.

    Examples
    --------
    >>> from pellucid.descent.rules import gradient_descent
    >>> rule = gradient_descent()
    >>> rule.step(2.0, rule.init(1.0), 1.0, 0.1)
    (0.8, ())

    Notes: KE 113
    """

    name: str
    init: Callable[[Tree], Any]
    step: Callable[[Tree, Any, Tree, Any], tuple[Tree, Any]]
    text: str
    notes: str
    plain: bool = False


def check_decay(name: str, value: float, owner: str) -> None:
    """0 ≤ γ < 1."""
    declared = Hyperparameter(
        name, DECAY.default, "float", DECAY.meaning, low=0.0, high=1.0, open_high=True
    )
    declared.check(value, owner)


def check_epsilon(value: float, owner: str) -> None:
    """ε > 0."""
    EPSILON.check(value, owner)


def check_place(place: str, owner: str) -> None:
    """Where ε stands."""
    if place not in ("inside", "outside"):
        raise HyperparameterError(
            f"{owner}: epsilon_place is 'inside' or 'outside' the root; got {place!r}."
        )
