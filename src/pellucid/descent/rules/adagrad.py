"""Adagrad: each entry by the root of all its squared gradients so far.

Notes: §7.7.5
"""

from __future__ import annotations

from typing import Any

from pellucid.descent.pytree import tree_map
from pellucid.descent.rules.adadelta import scaling
from pellucid.descent.rules.rule import Rule, check_epsilon, check_place
from pellucid.descent.rules.running_average import zeros_like_tree


def adagrad(*, epsilon: float = 1e-8, epsilon_place: str = "outside") -> Rule:
    """G ← G + g², θ ← θ − η g/(√G + ε): the steps shrink for ever.

    Parameters
    ----------
    epsilon : float
        ε > 0.
    epsilon_place : {"outside", "inside"}
        √G + ε or √(G + ε).

    Returns
    -------
    Rule

    Examples
    --------
    >>> rule = adagrad()
    >>> round(rule.step(2.0, rule.init(1.0), 1.0, 0.1)[0], 6)
    0.9

    Notes: §7.7.5
    """
    check_epsilon(epsilon, "adagrad")
    check_place(epsilon_place, "adagrad")
    scaled = scaling(epsilon, epsilon_place)

    def step(g: Any, G: Any, theta: Any, eta: Any) -> tuple[Any, Any]:
        G = tree_map(lambda s, d: s + d * d, G, g)
        return tree_map(lambda w, d, s: w - eta * scaled(d, s), theta, g, G), G

    root = "(√G + ε)" if epsilon_place == "outside" else "√(G + ε)"
    return Rule("adagrad", zeros_like_tree, step, f"G ← G + g²;  θ ← θ − η g/{root}", "§7.7.5")
