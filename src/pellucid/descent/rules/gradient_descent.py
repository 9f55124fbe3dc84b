"""Gradient descent: against the gradient, by the step size.

Notes: KE 102, KE 110, KE 111, KE 113
"""

from __future__ import annotations

from typing import Any

from pellucid.descent.pytree import tree_map
from pellucid.descent.rules.rule import Rule


def gradient_descent() -> Rule:
    """θ ← θ − η g.

    Returns
    -------
    Rule

    Examples
    --------
    >>> gradient_descent().text
    'θ ← θ − η g'

    Notes: KE 113
    """

    def step(g: Any, state: Any, theta: Any, eta: Any) -> tuple[Any, Any]:
        return tree_map(lambda t, d: t - eta * d, theta, g), state

    return Rule("gradient descent", lambda theta: (), step, "θ ← θ − η g", "KE 113", plain=True)
