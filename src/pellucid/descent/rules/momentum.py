"""Momentum: step along a running average of the gradients.

Notes: Def 323, Def 320
"""

from __future__ import annotations

from typing import Any

from pellucid.descent.pytree import mapped
from pellucid.descent.rules.rule import Rule, check_decay
from pellucid.descent.rules.running_average import averaged, corrected, nothing
from pellucid.errors import HyperparameterError


def momentum(gamma: float = 0.9, *, form: str = "average", correct: bool = False) -> Rule:
    """M ← γM + (1 − γ)g, θ ← θ − ηM; or the common form, M ← γM + g.

    Parameters
    ----------
    gamma : float
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
        For a γ outside [0, 1), an unknown form, or a correction of the sum.

    Examples
    --------
    >>> rule = momentum(0.9)
    >>> theta, state = rule.step(2.0, rule.init(1.0), 1.0, 0.1)
    >>> round(theta, 12)
    0.98

    Notes: Def 323
    """
    check_decay("gamma", gamma, "momentum")
    if form not in ("average", "sum") or (correct and form == "sum"):
        raise HyperparameterError(
            "momentum: form is 'average' or 'sum', and only the average can be corrected; got "
            f"{form!r} with correct={correct}."
        )

    def summed(m: Any, d: Any) -> Any:
        return gamma * m + d

    def step(g: Any, state: Any, theta: Any, eta: Any) -> tuple[Any, Any]:
        M, t = state
        M = averaged(M, g, gamma) if form == "average" else mapped(summed, M, g)
        along = corrected(M, gamma, t + 1) if correct else M
        return mapped(lambda w, m: w - eta * m, theta, along), (M, t + 1)

    new = f"{1 - gamma:g} g" if form == "average" else "g"
    return Rule(
        "momentum", lambda theta: (nothing(theta), 0), step,
        f"M ← {gamma:g} M + {new};  θ ← θ − η M", "Def 323",
    )  # fmt: skip
