"""The hyperparameters of a linear model that is fitted step by step.

Notes: Def 81, KE 113, Def 121, §7.7
"""

from __future__ import annotations

from typing import Any

from pellucid.errors import HyperparameterError
from pellucid.hyperparameters import Hyperparameter


def is_step_size(value: Any) -> bool:
    from pellucid.descent.step_sizes import step_size_of

    try:
        step_size_of(value)
    except HyperparameterError:
        return False
    return True


RULE_NAMES = (
    "gradient descent", "momentum", "adadelta", "rmsprop", "true adadelta", "adagrad", "adam",
)  # fmt: skip
MEANING = (
    "How J is minimised. 'descent': steps against the gradient of all rows; 'stochastic': of a few "
    "rows at a time, whole epochs compiled."
)
CLOSED_FORM = Hyperparameter(
    "algorithm", "closed form", "str", MEANING,
    choices=("closed form", "newton", "descent", "stochastic"),
)  # fmt: skip
NEWTON = Hyperparameter(
    "algorithm", "newton", "str", MEANING, choices=("newton", "descent", "stochastic")
)
RULE = Hyperparameter(
    "rule", "gradient descent", "str", "Update rule of the steps.", choices=RULE_NAMES
)
STEP_SIZE = Hyperparameter(
    "step_size",
    None,
    "any",
    "Step size on standardised columns; None: a line search for 'descent', and for 'stochastic' "
    "one that follows from the data and shrinks.",
    symbol="η",
    optional=True,
    accepts=is_step_size,
    described="None, a number > 0, a function of t, or a name such as 'line search'",
)
BATCH_SIZE = Hyperparameter(
    "batch_size", 32, "int", "Rows of one stochastic step.", symbol="K", low=1
)
RANDOM_STATE = Hyperparameter(
    "random_state", 0, "int", "Seed of the order in which rows are met.", low=0
)
WARM_START = Hyperparameter(
    "warm_start", False, "bool", "Whether a further fit goes on from where the last one ended."
)
MAX_ITER = Hyperparameter("max_iter", 1000, "int", "Most steps, or epochs.", low=1)
TOL = Hyperparameter(
    "tol",
    1e-8,
    "float",
    "Descent: stop when ‖∇J‖ is at most this share of what it is at zero. Stochastic: when five "
    "epochs lower J by less than this share (at least 1e-4).",
    low=0,
    open_low=True,
)
BY_STEPS = (CLOSED_FORM, RULE, STEP_SIZE, BATCH_SIZE, MAX_ITER, TOL, RANDOM_STATE, WARM_START)
