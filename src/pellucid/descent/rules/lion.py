"""Lion: a step of one length along every axis, in the direction that an average agrees on.

Notes: Def 323, §7.7.4
"""

from __future__ import annotations

from typing import Any

from pellucid.descent.pytree import tree_map
from pellucid.descent.rules.rule import Rule, check_decay
from pellucid.descent.rules.running_average import update_average, zeros_like_tree


def lion(beta_1: float = 0.9, beta_2: float = 0.99) -> Rule:
    """θ ← θ − η sign(β₁M + (1 − β₁)g), then M ← β₂M + (1 − β₂)g.

    Parameters
    ----------
    beta_1 : float
        Share of the past in the direction of a step, 0 ≤ β₁ < 1.
    beta_2 : float
        Share of the past in what is remembered, 0 ≤ β₂ < 1.

    Returns
    -------
    Rule

    Raises
    ------
    HyperparameterError
        For a share outside [0, 1).

    Examples
    --------
    >>> rule = lion()
    >>> theta, state = rule.step(2.0, rule.init(1.0), 1.0, 0.1)
    >>> theta
    0.9

    Notes: Def 323
    """
    check_decay("beta_1", beta_1, "lion")
    check_decay("beta_2", beta_2, "lion")

    def step(g: Any, M: Any, theta: Any, eta: Any) -> tuple[Any, Any]:
        along = tree_map(lambda c: 1.0 * (c > 0) - 1.0 * (c < 0), update_average(M, g, beta_1))
        return tree_map(lambda w, s: w - eta * s, theta, along), update_average(M, g, beta_2)

    text = f"θ ← θ − η sign({beta_1:g} M + {1 - beta_1:g} g);  M ← {beta_2:g} M + {1 - beta_2:g} g"
    return Rule("lion", zeros_like_tree, step, text, "Def 323")
