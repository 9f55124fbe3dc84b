"""Adam: momentum over steepness, both corrected for their start at zero.

Notes: Def 332, Concept 331
"""

from __future__ import annotations

from typing import Any

from pellucid.descent.pytree import tree_map
from pellucid.descent.rules.adadelta import scaling
from pellucid.descent.rules.rule import Rule, check_decay, check_epsilon, check_place
from pellucid.descent.rules.running_average import bias_corrected, update_average, zeros_like_tree


def adam(
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    *,
    epsilon: float = 1e-8,
    epsilon_place: str = "inside",
) -> Rule:
    """m and v: running averages of g and g²; θ ← θ − η m̂/√(v̂ + ε).

    Parameters
    ----------
    beta_1, beta_2 : float
        Shares of the past in m and in v, in [0, 1).
    epsilon : float
        ε > 0.
    epsilon_place : {"inside", "outside"}
        √(v̂ + ε), the notes' form, or √v̂ + ε, that of most packages.

    Returns
    -------
    Rule

    Examples
    --------
    >>> rule = adam()
    >>> round(rule.step(2.0, rule.init(1.0), 1.0, 0.1)[0], 6)
    0.9

    Notes: Def 332, Concept 331
    """
    check_decay("beta_1", beta_1, "adam")
    check_decay("beta_2", beta_2, "adam")
    check_epsilon(epsilon, "adam")
    check_place(epsilon_place, "adam")
    scaled = scaling(epsilon, epsilon_place)

    def step(g: Any, state: Any, theta: Any, eta: Any) -> tuple[Any, Any]:
        m, v, t = state
        t = t + 1
        m = update_average(m, g, beta_1)
        v = update_average(v, tree_map(lambda d: d * d, g), beta_2)
        direction, steepness = bias_corrected(m, beta_1, t), bias_corrected(v, beta_2, t)
        moved = tree_map(lambda w, d, s: w - eta * scaled(d, s), theta, direction, steepness)
        return moved, (m, v, t)

    root = "√(v̂ + ε)" if epsilon_place == "inside" else "(√v̂ + ε)"
    return Rule(
        "adam", lambda theta: (zeros_like_tree(theta), zeros_like_tree(theta), 0), step,
        f"m ← {beta_1:g} m + {1 - beta_1:.3g} g;  v ← {beta_2:g} v + {1 - beta_2:.3g} g²;  "
        f"θ ← θ − η m̂/{root}",
        "Def 332",
    )  # fmt: skip
