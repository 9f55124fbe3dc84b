"""Momentum: step along a running average of the gradients.

Notes: Def 323, Def 320
"""

from __future__ import annotations

from typing import Any

from pellucid.descent.pytree import tree_map
from pellucid.descent.rules.rule import Rule, check_decay
from pellucid.descent.rules.running_average import (
    Decay,
    bias_corrected,
    update_average,
    zeros_like_tree,
)
from pellucid.errors import HyperparameterError


def momentum(gamma: Decay = 0.9, *, form: str = "average", correct: bool = False) -> Rule:
    """M ← γM + (1 − γ)g, θ ← θ − ηM; or the common form, M ← γM + g.

    Parameters
    ----------
    gamma : float, or function of t = 1, 2, …
        Share of the past, 0 ≤ γ < 1; 0 is gradient descent.
    form : {"average", "sum"}
        The notes' running average, or the sum that most packages keep (a step 1/(1 − γ) longer).
    correct : bool
        Divide the average by 1 − γᵗ, so that the first steps are not short.

    Returns
    -------
    Rule

    Raises
    ------
    HyperparameterError
        For a γ outside [0, 1), an unknown form, or a correction of the sum or of a varying γ.

    Examples
    --------
    >>> rule = momentum(0.9)
    >>> theta, state = rule.step(2.0, rule.init(1.0), 1.0, 0.1)
    >>> round(theta, 12)
    0.98

    Notes: Def 323
    """
    varies = callable(gamma)
    if not callable(gamma):
        check_decay("gamma", gamma, "momentum")
    if form not in ("average", "sum") or (correct and (form == "sum" or varies)):
        raise HyperparameterError(
            "momentum: form is 'average' or 'sum', and only the average with a constant γ can be "
            f"corrected; got {form!r} with correct={correct}."
        )

    def step(g: Any, state: Any, theta: Any, eta: Any) -> tuple[Any, Any]:
        M, t = state
        past = gamma(t + 1) if callable(gamma) else gamma
        M = (
            update_average(M, g, past)
            if form == "average"
            else tree_map(lambda m, d: past * m + d, M, g)
        )
        along = bias_corrected(M, past, t + 1) if correct else M
        return tree_map(lambda w, m: w - eta * m, theta, along), (M, t + 1)

    share, rest = ("γ(t)", "(1 − γ(t))") if callable(gamma) else (f"{gamma:g}", f"{1 - gamma:g}")
    new = f"{rest} g" if form == "average" else "g"
    return Rule(
        "momentum", lambda theta: (zeros_like_tree(theta), 0), step,
        f"M ← {share} M + {new};  θ ← θ − η M", "Def 323",
    )  # fmt: skip
