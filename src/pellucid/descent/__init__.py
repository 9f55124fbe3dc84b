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
    "Minimum": "settling",
    "Objective": "objective",
    "Power": "step_sizes",
    "RULES": "rules",
    "Rule": "rules",
    "Shrinking": "step_sizes",
    "SmallChange": "stopping",
    "SmallGradient": "stopping",
    "SmallStep": "stopping",
    "Split": "local_view",
    "Stepped": "step_sizes",
    "Standing": "descend",
    "Steps": "stopping",
    "Stop": "stopping",
    "WallTime": "stopping",
    "adadelta": "rules",
    "adagrad": "rules",
    "adam": "rules",
    "lion": "rules",
    "check_gradient": "gradient_check",
    "convergence_conditions": "step_sizes",
    "distance": "local_view",
    "first_order_change": "local_view",
    "gradient_descent": "rules",
    "local_plane": "local_view",
    "minima": "settling",
    "minimize": "descend",
    "model_objective": "model",
    "momentum": "rules",
    "moving_average": "rules.running_average",
    "one_parameter": "local_view",
    "running_average": "rules.running_average",
    "scaling_stage": "rules.scaling_stages",
    "settles_after": "settling",
    "split_step": "local_view",
    "true_adadelta": "rules",
    "walk": "descend",
    "weighted_average": "rules.running_average",
}

__all__ = sorted(HOMES)

__getattr__, __dir__ = lazy_names(__name__, HOMES)
