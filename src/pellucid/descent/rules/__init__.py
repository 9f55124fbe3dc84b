"""Update rules: how a gradient becomes a step. Each is two pure functions, `init` and `step`.

Notes: KE 113, §7.7.4, §7.7.5, §7.7.6
"""

from __future__ import annotations

from collections.abc import Callable

from pellucid.descent.rules.adadelta import adadelta, true_adadelta
from pellucid.descent.rules.adagrad import adagrad
from pellucid.descent.rules.adam import adam
from pellucid.descent.rules.gradient_descent import gradient_descent
from pellucid.descent.rules.lion import lion
from pellucid.descent.rules.momentum import momentum
from pellucid.descent.rules.rule import Rule
from pellucid.errors import HyperparameterError

__all__ = [
    "RULES",
    "Rule",
    "adadelta",
    "adagrad",
    "adam",
    "gradient_descent",
    "lion",
    "momentum",
    "rule_named",
    "true_adadelta",
]

# One line a rule: its name, and the function that makes it with its defaults.
RULES: dict[str, Callable[..., Rule]] = {
    "gradient descent": gradient_descent,
    "momentum": momentum,
    "adadelta": adadelta,
    "rmsprop": adadelta,
    "true adadelta": true_adadelta,
    "adagrad": adagrad,
    "adam": adam,
    "lion": lion,
}


def rule_named(rule: str | Rule) -> Rule:
    """The rule of that name with its defaults, or the rule itself.

    Raises
    ------
    HyperparameterError
        When there is no rule of that name.

    Examples
    --------
    >>> rule_named("momentum").text
    'M ← 0.9 M + 0.1 g;  θ ← θ − η M'

    Notes: KE 113
    """
    if isinstance(rule, Rule):
        return rule
    if rule not in RULES:
        raise HyperparameterError(f"There is no rule {rule!r}; there are {', '.join(RULES)}.")
    return RULES[rule]()
