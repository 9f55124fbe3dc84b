"""Descent: objectives, and how they are minimised.

Notes: §3.0, KE 113
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

HOMES = {
    "Batches": "batches",
    "Constant": "step_sizes",
    "Cosine": "step_sizes",
    "Descent": "descent_result",
    "GradientCheck": "gradient_check",
    "HeldOut": "stopping",
    "LineSearch": "step_sizes",
    "Objective": "objective",
    "Power": "step_sizes",
    "RULES": "rules",
    "Rule": "rules",
    "Shrinking": "step_sizes",
    "SmallChange": "stopping",
    "SmallGradient": "stopping",
    "SmallStep": "stopping",
    "Stepped": "step_sizes",
    "Steps": "stopping",
    "Stop": "stopping",
    "WallTime": "stopping",
    "adadelta": "rules",
    "adagrad": "rules",
    "adam": "rules",
    "check_gradient": "gradient_check",
    "convergence_conditions": "step_sizes",
    "gradient_descent": "rules",
    "minimize": "descend",
    "model_objective": "model",
    "momentum": "rules",
    "true_adadelta": "rules",
}

__all__ = sorted(HOMES)


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'pellucid.descent' has no attribute {name!r}")
    return getattr(import_module(f"pellucid.descent.{HOMES[name]}"), name)
