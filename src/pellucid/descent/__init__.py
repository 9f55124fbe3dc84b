"""Descent: objectives, and how they are minimised.

Notes: §3.0, KE 113
"""

from __future__ import annotations

from pellucid.lazy import lazy_names

HOMES = {
    "Batches": "batches",
    "Constant": "step_sizes",
    "Cosine": "step_sizes",
    "Descent": "descent_result",
    "GradientCheck": "gradient_check",
    "HeldOut": "stopping",
    "LineSearch": "step_sizes",
    "Minimum": "convergence",
    "Objective": "objective",
    "Power": "step_sizes",
    "RULES": "rules",
    "Rule": "rules",
    "Shrinking": "step_sizes",
    "SmallChange": "stopping",
    "SmallGradient": "stopping",
    "SmallStep": "stopping",
    "SplitStep": "linear_approximation",
    "Stepped": "step_sizes",
    "DescentState": "minimizer",
    "Steps": "stopping",
    "Stop": "stopping",
    "WallTime": "stopping",
    "adadelta": "rules",
    "adagrad": "rules",
    "adam": "rules",
    "lion": "rules",
    "check_gradient": "gradient_check",
    "convergence_conditions": "step_sizes",
    "distance": "linear_approximation",
    "first_order_change": "linear_approximation",
    "gradient_descent": "rules",
    "tangent_plane": "linear_approximation",
    "local_minima": "convergence",
    "minimize": "minimizer",
    "model_objective": "model",
    "momentum": "rules",
    "moving_average": "rules.running_average",
    "along_one_parameter": "linear_approximation",
    "running_average": "rules.running_average",
    "scaling_stage": "rules.scaling_stages",
    "converged_after": "convergence",
    "split_step": "linear_approximation",
    "true_adadelta": "rules",
    "descent_steps": "minimizer",
    "weighted_average": "rules.running_average",
}

__all__ = sorted(HOMES)

# Name of before -> the name of today; the former works for one version, with a warning.
FORMER = {
    "Split": "SplitStep",
    "Standing": "DescentState",
    "local_plane": "tangent_plane",
    "minima": "local_minima",
    "one_parameter": "along_one_parameter",
    "settles_after": "converged_after",
    "walk": "descent_steps",
}

__getattr__, __dir__ = lazy_names(__name__, HOMES, FORMER)
