"""How one arrives at a step size for each weight: the attempts in order, each with its defect.

Not for training: they show why the last one is as it is.

Notes: Concept 325, Notation 324, Notation 326, Def 327
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pellucid.descent.pytree import arrays, norm, tree_map
from pellucid.descent.rules.rule import Rule, check_decay, check_epsilon
from pellucid.descent.rules.running_average import update_average, zeros_like_tree
from pellucid.errors import HyperparameterError


@dataclass(frozen=True)
class Stage:
    """One attempt at η_j.

    Parameters
    ----------
    name : str
    text : str
        The scaling in symbols.
    defect : str
        What is wrong with it; empty for the last.
    scaled : callable (g, G, length, ε) -> step without η
        For one entry: its gradient, the running average of its squares, and ‖g‖ of all entries.
    notes : str
        Its place in the notes.

    Notes: Concept 325
    """

    name: str
    text: str
    defect: str
    scaled: Callable[[Any, Any, Any, float], Any]
    notes: str


STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage(
            "unit length", "η g/‖g‖",
            "every step is equally long: it does not settle, and all weights share one factor",
            lambda g, G, length, epsilon: g / length, "§7.7.5",
        ),
        Stage(
            "own square", "η g/g²",
            "it looks at one point only: the flatter it is there, the wilder the step",
            lambda g, G, length, epsilon: g / (g * g), "eq 7.31",
        ),
        Stage(
            "average of squares", "η g/G",
            "a weight whose gradient has been zero is divided by zero",
            lambda g, G, length, epsilon: g / G, "eq 7.32",
        ),
        Stage(
            "guarded average", "η g/(G + ε)",
            "g above against g² below: steep axes are held back too much",
            lambda g, G, length, epsilon: g / (G + epsilon), "eq 7.33",
        ),
        Stage(
            "root of the average", "η g/(√G + ε)", "",
            lambda g, G, length, epsilon: g / (G**0.5 + epsilon), "Def 327",
        ),
    )
}  # fmt: skip


def scaling_stage(name: str, gamma: float = 0.9, *, epsilon: float = 1e-8) -> Rule:
    """The update rule of one attempt; the last is `adadelta`.

    Parameters
    ----------
    name : str
        A key of `STAGES`.
    gamma : float
        Share of the past in G, 0 ≤ γ < 1.
    epsilon : float
        ε > 0.

    Returns
    -------
    Rule
        Its text ends with the defect.

    Raises
    ------
    HyperparameterError
        For an unknown name, or a γ or ε out of range.

    Examples
    --------
    >>> rule = scaling_stage("own square")
    >>> rule.step(0.01, rule.init(1.0), 1.0, 0.1)[0]  # flat, and thrown ten units away
    -9.0

    Notes: Concept 325
    """
    if name not in STAGES:
        raise HyperparameterError(f"There is no stage {name!r}; there are {', '.join(STAGES)}.")
    check_decay("gamma", gamma, "scaling_stage")
    check_epsilon(epsilon, "scaling_stage")
    stage = STAGES[name]

    def step(g: Any, G: Any, theta: Any, eta: Any) -> tuple[Any, Any]:
        G = update_average(G, tree_map(lambda d: d * d, g), gamma)
        length = norm(arrays(g))
        move = tree_map(lambda d, s: stage.scaled(d, s, length, epsilon), g, G)
        return tree_map(lambda w, d: w - eta * d, theta, move), G

    defect = f" (defect: {stage.defect})" if stage.defect else ""
    return Rule(stage.name, zeros_like_tree, step, f"θ ← θ − {stage.text}{defect}", stage.notes)
